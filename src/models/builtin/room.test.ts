import assert from "node:assert/strict";
import { test } from "node:test";
import { reply } from "./reply.ts";

type Said = { sender: string; text: string };
const AGENTS: Readonly<Record<string, string>> = {
  Hanna: "You are Hanna, the host of this room. Others in the room: @Otto, an optimist, and @Vera, a sceptic.",
  Otto: "You are Otto, an optimist. Others in the room: @Hanna, the host, and @Vera, a sceptic.",
  Vera: "You are Vera, a sceptic. Others in the room: @Hanna, the host, and @Otto, an optimist.",
};

/** What an agent answers to the last of these lines: its own are the assistant's, all others carry their speaker. */
function answerOf(agent: string, said: readonly Said[]): string {
  const messages = said.map(({ sender, text }) =>
    sender === agent
      ? { role: "assistant" as const, content: text }
      : { role: "user" as const, content: `[${sender}]: ${text}` },
  );
  return reply({ instructions: AGENTS[agent] ?? "", messages, createdAt: "2026-03-14T19:26:53Z" });
}

const mentioned = (text: string): string[] => Object.keys(AGENTS).filter((agent) => text.includes(`@${agent}`));

/** A turn as a room would hold it: mentions wake, each agent answers at most `limit` times. */
function turn(text: string, limit: number, said: Said[] = []): Said[] {
  const begin: Said = { sender: "Ada", text };
  said.push(begin);
  const queue = [begin];
  const calls = new Map<string, number>();
  for (let line = queue.shift(); line; line = queue.shift()) {
    const woken = mentioned(line.text).length ? mentioned(line.text) : line.sender === "Ada" ? Object.keys(AGENTS) : [];
    for (const agent of woken.filter((name) => name !== line?.sender)) {
      const count = (calls.get(agent) ?? 0) + 1;
      calls.set(agent, count);
      if (count > limit) continue;
      const answer = { sender: agent, text: answerOf(agent, [...said.filter((one) => one !== line), line]) };
      said.push(answer);
      queue.push(answer);
    }
  }
  return said;
}

test("two who are told to discuss go on mentioning each other until the limit, and neither repeats itself", () => {
  const lines = turn("@Otto and @Vera, please discuss whether cats are better than dogs", 5).slice(1);
  const by = (agent: string) => lines.filter(({ sender }) => sender === agent).map(({ text }) => text);
  assert.ok(by("Vera").length === 5 && by("Otto").length >= 5, `${lines.length} lines`);
  for (const agent of ["Otto", "Vera"]) assert.equal(new Set(by(agent)).size, by(agent).length);
  for (const { text } of lines) assert.match(text, /[Cc]ats?|dogs?|them|@/);
  assert.ok(lines.slice(2).every(({ sender, text }) => mentioned(text).includes(sender === "Otto" ? "Vera" : "Otto")));
});

test("a host gives the floor to each in turn, and closes the round", () => {
  const lines = turn("Please discuss remote work with each other", 5).slice(1);
  const host = lines.filter(({ sender }) => sender === "Hanna").map(({ text }) => text);
  assert.equal(host.length, 5);
  assert.deepEqual(
    host.slice(0, 4).map((text) => mentioned(text)[0]),
    ["Otto", "Vera", "Otto", "Vera"],
  );
  assert.deepEqual(mentioned(host[4] ?? "@Hanna"), []);
});

test("without a request to discuss, an answer calls nobody", () => {
  for (const text of [
    "Hello everybody",
    "I like tea",
    "What do you think about gardens?",
    "I'm sad",
    "What is 2+2?",
    "tell me a joke",
    "bye",
  ]) {
    for (const { sender, text: answer } of turn(text, 3).slice(1))
      assert.deepEqual(mentioned(answer), [], `${sender}: ${answer}`);
  }
});

test("three characters answer one remark in three ways", () => {
  for (const text of [
    "Hello everybody",
    "What do you think about gardens?",
    "I think that robots are useful",
    "thank you",
    "tell me a joke",
  ]) {
    const answers = turn(text, 1)
      .slice(1)
      .map(({ text: answer }) => answer);
    assert.equal(new Set(answers).size, 3, text);
  }
});

test("the host passes a question on, and the one who is asked answers it in character", () => {
  const lines = turn("@Hanna ask Otto about chess", 3).slice(1);
  assert.deepEqual(
    lines.map(({ sender }) => sender),
    ["Hanna", "Otto"],
  );
  assert.match(lines[0]?.text ?? "", /@Otto.*chess/);
  assert.match(lines[1]?.text ?? "", /chess/i);
});

test("what is told in a room belongs to the one who told it", () => {
  const said = [
    { sender: "Ada", text: "I like tea and my dog is called Rex" },
    { sender: "Bob", text: "I hate tea" },
  ];
  const ask = (sender: string, text: string) => answerOf("Hanna", [...said, { sender, text }]);
  assert.match(ask("Ada", "What do I like?"), /^You like tea\./);
  assert.match(ask("Bob", "What do I hate?"), /^You hate tea\./);
  assert.match(ask("Bob", "What does Ada like?"), /^Ada likes tea\./);
  assert.match(ask("Bob", "What is Ada's dog called?"), /Ada's dog is called Rex/);
  assert.match(ask("Bob", "what did Ada say?"), /Ada said: .*tea/);
});

test("quoting calls nobody: a mention loses its sign", () => {
  const answer = answerOf("Hanna", [
    { sender: "Ada", text: "@Otto is late" },
    { sender: "Ada", text: "@Hanna what did I just say?" },
  ]);
  assert.match(answer, /"Otto is late"/);
});
