import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { buildPage } from "../scripts/build-web.ts";
import { type BuiltPage, loadBuiltPage } from "../src/http/built-page.ts";
import { offer, startTestApp, type TestApp, type TestAppOptions } from "./app.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";

export type PageApp = {
  app: TestApp;
  /** Where the page is. */
  url: string;
  /** The model that answers by default, driven by the test. */
  model: ScriptedModel;
};

let page: Promise<BuiltPage> | undefined;

/** The page as its sources make it now. */
export function builtPage(): Promise<BuiltPage> {
  page ??= read();
  return page;
}

async function read(): Promise<BuiltPage> {
  assert.notEqual(await buildPage(), "no bundler");
  const built = await loadBuiltPage(join(import.meta.dirname, "../web/dist"));
  assert.ok(built, "web/dist has no page");
  return built;
}

/** The real server with the built page, on the real clock. Its model says what the test says. It ends with the test. */
export async function pageApp(t: TestContext, { models = [], ...options }: TestAppOptions = {}): Promise<PageApp> {
  const model = scriptedModel();
  const offered = [offer("test:driven", model.model), ...models];
  const app = await startTestApp({ page: await builtPage(), models: offered, ...options });
  t.after(() => app.close());
  return { app, url: app.url, model };
}
