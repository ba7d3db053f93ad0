import type { TestContext } from "node:test";
import { offer, startTestApp, type TestApp, type TestAppOptions } from "./app.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type ScriptedCall, type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { type Received, type SseConnection, startStream } from "./sse-client.ts";
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
export async function drivenServer(
  t: TestContext,
  env: Record<string, string> = {},
  injected: Pick<TestAppOptions, "subscribeWorld" | "publish"> = {},
): Promise<DrivenServer> {
  const clock = manualClock();
  const model = scriptedModel();
  const app = await startTestApp({ clock, env, models: [offer("test:driven", model.model)], ...injected });
  t.after(() => closeMoving(app, clock));
  const readers = (count: number) => until(() => app.shelf.counts().readers === count, `${count} readers`);
  return { app, url: app.url, clock, model, readers };
}

export type BegunStream = {
  stream: SseConnection;
  /** Its call to the model. */
  call: ScriptedCall;
  id: string;
  startId: string;
  /** What was taken of the stream so far: the start and what the model said. */
  events: Received[];
};

/** Starts a stream with one reader; its model has said these tokens. The rest of `body` goes into the request. */
export async function begunStream(
  server: DrivenServer,
  { says = [], ...body }: { says?: string[]; [field: string]: unknown } = {},
): Promise<BegunStream> {
  const stream = await startStream(server.url, { message: "Hi", ...body });
  const call = await server.model.call(server.model.calls.length - 1);
  call.text(...says);
  const events = await stream.take(says.length > 0 ? says.length + 2 : 1);
  return { stream, call, id: idOf(events), startId: events[0]?.id ?? "", events };
}

/** The stream that events are of, as their ids name it. */
export const idOf = (events: readonly Received[]): string => events[0]?.id.split(".")[0] ?? "";

/** The manual clock must go on for this: a test that failed may have left a client that only a time-out closes. */
export async function closeMoving(app: TestApp, clock: ManualClock) {
  const moving = setInterval(() => clock.advance(1000), 5);
  await app.close();
  clearInterval(moving);
}
