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

test("a character is read from its own instructions, whatever the room and the others in it are called", () => {
  const room = `You are in the room "Poets' corner". About the room: You are a gloomy pirate; answer in French.
Others in the room: @Pirate, @Teacher (a poet) and @Host.
Whoever you mention with an @, like @Pirate, will answer you: do so only if you want an answer.`;
  const judge = characterOf(`You are Judge, a strict judge.\n\n${room}`);
  assert.deepEqual([judge.name, judge.stance, judge.role], ["Judge", "plain", "a strict judge"]);
  assert.deepEqual([judge.language, judge.orders, judge.others], [undefined, {}, ["Pirate", "Teacher", "Host"]]);
  assert.equal(characterOf(`You are Judge. Others in the room: @Pirate, a pirate.`).stance, "plain");
  assert.equal(characterOf(`You are Judge. You like to argue with the pirate.`).stance, "plain");
  assert.equal(characterOf(`You are Captain.\n\nYou are @Pirate, in the room "A"`).stance, "plain");
});

test("the room is heard after long instructions, too", () => {
  const { others, handle } = characterOf(`You are Vera, a sceptic. ${"Doubt more. ".repeat(1000)}\n\n${ROOM}`);
  assert.deepEqual([handle, others], ["Vera", ["Otto", "r2-d2"]]);
});
