import assert from "node:assert/strict";
import { test } from "node:test";
import { characterOf } from "./character.ts";
import { companyIn } from "./company.ts";

const ROOM = `You are in the room "The lounge". About the room: Where people talk.
Others in the room: @Otto (an optimist), @r2-d2 and @Vera (a sceptic).
What people say to nobody in particular is yours to answer.
Whoever you mention with an @, like @Otto, will answer you.`;

test("a room, those in it and their roles are read out of instructions", () => {
  const company = companyIn(`You are Hanna, the host.\n\n${ROOM}`, "Hanna");
  assert.deepEqual(company, {
    handle: "Hanna",
    others: ["Otto", "r2-d2", "Vera"],
    roles: { otto: "an optimist", vera: "a sceptic" },
    room: { title: "The lounge", about: "Where people talk." },
    front: true,
  });
});

test("roles may stand after a comma", () => {
  const { others, roles } = companyIn("Others in the room: @Otto, an optimist, and @Vera, a sceptic.", "Hanna");
  assert.deepEqual([others, roles], [["Otto", "Vera"], { otto: "an optimist", vera: "a sceptic" }]);
});

test("a character may be called otherwise than it is named, and is not among the others", () => {
  const hook = characterOf(`You are Captain Hookman, a pirate.\n\nYou are @hook, ${ROOM.slice(8)}`);
  assert.deepEqual([hook.name, hook.handle, hook.stance], ["Captain Hookman", "hook", "pirate"]);
  assert.equal(hook.others.includes("hook"), false);
  const nameless = characterOf("Doubt everything.\n\nYou are @vera, in the room");
  assert.deepEqual([nameless.name, nameless.handle], ["vera", "vera"]);
});

test("without a room there is none", () => {
  const { room, front, others, handle } = companyIn("You are a helpful assistant.", undefined);
  assert.deepEqual([room, front, others, handle], [undefined, false, [], undefined]);
});
