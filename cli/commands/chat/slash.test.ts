import assert from "node:assert/strict";
import { test } from "node:test";
import { completions, readLine, SLASH, slashHelp } from "./slash.ts";

test("a line is a message, a command, an unknown command or nothing", () => {
  assert.deepEqual(readLine("Hello /world"), { type: "message", text: "Hello /world" });
  assert.deepEqual(readLine("/world  kitchen "), { type: "command", name: "world", argument: "kitchen" });
  assert.deepEqual(readLine("/Worlds"), { type: "unknown", name: "Worlds", guess: "world" });
  assert.deepEqual(readLine("/worlds"), { type: "command", name: "world", argument: "" });
  assert.deepEqual(readLine("/exit"), { type: "command", name: "quit", argument: "" });
  assert.deepEqual(readLine("/retyr"), { type: "unknown", name: "retyr", guess: "retry" });
  assert.deepEqual(readLine("/xyzzyx"), { type: "unknown", name: "xyzzyx", guess: undefined });
  assert.deepEqual(readLine("  \n"), { type: "nothing" });
});

test("a message may begin with a slash: doubled, or as a path", () => {
  assert.deepEqual(readLine("//help me"), { type: "message", text: "/help me" });
  assert.deepEqual(readLine("/etc/hosts, what is it?"), { type: "message", text: "/etc/hosts, what is it?" });
  assert.equal(readLine("/constructor").type, "unknown");
});

test("commands are completed, and all of them are in the help", () => {
  assert.deepEqual(completions("/w"), ["/world "]);
  assert.deepEqual(completions("w"), []);
  for (const { usage } of Object.values(SLASH)) assert.ok(slashHelp().join("\n").includes(usage));
});
