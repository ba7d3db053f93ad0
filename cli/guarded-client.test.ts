import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../client/index.ts";
import { manualClock } from "../testing/manual-clock.ts";
import { guardedClient } from "./guarded-client.ts";

/** A client whose server takes every request and answers none. */
const silence = () => new Promise<never>(() => {});
const silent = {
  models: silence,
  worlds: { list: silence, get: silence, agents: { list: silence } },
} as unknown as Client;

test("a server that says nothing for 15 s is told", async () => {
  for (const ask of [
    (client: Client) => client.models(),
    ({ worlds }: Client) => worlds.list(),
    ({ worlds }: Client) => worlds.get("x"),
    ({ worlds }: Client) => worlds.agents.list("x"),
  ]) {
    const clock = manualClock();
    const asked = ask(guardedClient(silent, "http://x", clock));
    const told = "The server at http://x was reached, but has not answered for 15 s.";
    const refused = assert.rejects(asked, { name: "CliError", code: "network", exit: 3, message: told });
    clock.advance(15_000);
    await refused;
  }
});

test("what answers in time leaves no timer behind", async () => {
  const clock = manualClock();
  const models = async () => ({ default: "a:b", models: [{ id: "a:b" }] });
  const client = guardedClient({ ...silent, models } as unknown as Client, "http://x", clock);
  assert.equal((await client.models()).default, "a:b");
  assert.equal(clock.pending(), 0);
});
