import type { TestContext } from "node:test";
import { offer, startTestApp, type TestApp, type TestAppOptions } from "./app.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { until } from "./until.ts";

/** The whole server for one test; it ends with the test. */
export async function serverFor(t: TestContext, options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(options);
  t.after(() => app.close());
  return app;
}

export type DrivenServer = {
  app: TestApp;
  url: string;
  clock: ManualClock;
  /** The server's only model, driven by the test. */
  model: ScriptedModel;
  /** Resolves once so many requests read: the server has noticed who came and who left. */
  readers(count: number): Promise<void>;
};

/** A server whose time and whose model are in the test's hands. */
export async function drivenServer(t: TestContext, env: Record<string, string> = {}): Promise<DrivenServer> {
  const clock = manualClock();
  const model = scriptedModel();
  const app = await startTestApp({ clock, env, models: [offer("test:driven", model.model)] });
  t.after(() => closeMoving(app, clock));
  const readers = (count: number) => until(() => app.shelf.counts().readers === count, `${count} readers`);
  return { app, url: app.url, clock, model, readers };
}

/** The manual clock must go on for this: a test that failed may have left a client that only a time-out closes. */
async function closeMoving(app: TestApp, clock: ManualClock) {
  const moving = setInterval(() => clock.advance(1000), 5);
  await app.close();
  clearInterval(moving);
}
