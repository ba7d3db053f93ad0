import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createClient } from "../client/index.ts";
import type { ChatWaitError } from "../client/types.ts";
import { anyText } from "../testing/any-event.ts";
import { clientRig, read } from "../testing/client-rig.ts";
import { hostileTexts } from "../testing/model-server.ts";
import { openStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

test("each piece of text is there as soon as the model has said it", async (t) => {
  const { client, model, released } = await clientRig(t);
  const answer = read(client.chat.stream({ message: "Hi" }));
  const call = await model.call();
  await answer.count(1);
  for (const [index, text] of ["Hel", "lo ", "there"].entries()) {
    call.text(text);
    await answer.count(3 + index);
    const last = answer.events.at(-1);
    assert.ok(last?.type === "token" && last.text === text);
  }
  assert.equal(answer.stream.messages[0]?.content, "Hello there");
  assert.equal(answer.stream.messages[0]?.reason, undefined);
  call.finish();
  assert.equal((await answer.whole).at(-1)?.type, "done");
  assert.equal(answer.stream.messages[0]?.reason, "stop");
  await released();
});

test("the events are those of the wire, field by field", async (t) => {
  const { client, model, url, requests } = await clientRig(t);
  const answer = read(client.chat.stream({ message: "Hi" }));
  const call = await model.call();
  call.reasoning();
  call.text("Hel", "lo");
  call.finish({ usage: { input: 3, output: 2 } });
  const events = await answer.whole;
  const wire = await openStream(`${url}/chat/streaming/${answer.stream.id}`);
  assert.deepEqual(
    events,
    (await wire.rest()).map(({ id: _, ...event }) => event),
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ["start", "system", "message_start", "token", "token", "message_end", "done"],
  );
  assert.deepEqual(requests(), ["POST /chat/streaming"]);
});

test("R-TEXT, R-INJECT: any text at all comes out as it went in", async (t) => {
  const { client, model, released } = await clientRig(t);
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 4 }), async (texts) => {
      const before = model.calls.length;
      const result = client.chat.stream({ message: "Hi" }).result();
      const call = await model.call(before);
      call.text(...texts, ...hostileTexts);
      call.finish();
      const { content, messages } = await result;
      const said = [...texts, ...hostileTexts].join("");
      assert.deepEqual([content, messages.length], [said, 1]);
    }),
    { numRuns: 60 },
  );
  await released();
});

test("text() has the text, and nothing else", async (t) => {
  const { client, model, released } = await clientRig(t);
  const pieces: string[] = [];
  const reading = (async () => {
    for await (const text of client.chat.stream({ message: "Hi" }).text()) pieces.push(text);
  })();
  const call = await model.call();
  call.reasoning();
  call.text("Hel", "lo");
  await until(() => pieces.length === 2);
  call.finish();
  await reading;
  assert.deepEqual(pieces, ["Hel", "lo"]);
  await released();
});

test("an answer that fails yields its error; text() and result() throw it, and what was said is there", async (t) => {
  const { client, model, released } = await clientRig(t);
  const isCut = ({ name, code, retryable, streamId }: ChatWaitError) =>
    name === "ChatWaitError" && code === "model_cut" && retryable && typeof streamId === "string";
  const begun = async (index: number) => {
    const call = await model.call(index);
    call.text("So far");
    call.cut();
  };
  const answer = read(client.chat.stream({ message: "Hi" }));
  await begun(0);
  const last = (await answer.whole).at(-1);
  assert.ok(last?.type === "error" && last.error_code === "model_cut");
  const [message] = answer.stream.messages;
  assert.deepEqual([message?.content, message?.reason], ["So far", "error"]);
  const results = assert.rejects(client.chat.stream({ message: "Hi" }).result(), isCut);
  await begun(1);
  await results;
  const texts = assert.rejects(Array.fromAsync(client.chat.stream({ message: "Hi" }).text()), isCut);
  await begun(2);
  await texts;
  await released();
});

test("many streams at once keep to themselves", async (t) => {
  const { client, model, released } = await clientRig(t);
  const names = Array.from({ length: 20 }, (_, n) => `s${n}`);
  const results = names.map((message) => client.chat.stream({ message }).result());
  await model.call(names.length - 1);
  const asked = model.calls.map(({ options }) => JSON.stringify(options.prompt.at(-1)));
  for (let piece = 0; piece < 10; piece++) {
    for (const [index, call] of model.calls.entries()) call.text(`${/s\d+/.exec(asked[index] ?? "")}.`);
  }
  for (const call of model.calls) call.finish();
  const contents = (await Promise.all(results)).map(({ content }) => content);
  assert.deepEqual(
    contents,
    names.map((name) => `${name}.`.repeat(10)),
  );
  await released();
});

for (const [how, leave] of [
  ["leaving the loop", undefined],
  ["an abort signal", (leaving: AbortController) => leaving.abort()],
] as const) {
  test(`R-DETACH: ${how} only detaches: the answer goes on being written, and can be resumed`, async (t) => {
    const { client, model, readers, released } = await clientRig(t);
    const leaving = new AbortController();
    const stream = client.chat.stream({ message: "Hi" }, { signal: leaving.signal });
    const reading = (async () => {
      for await (const event of stream) {
        if (event.type !== "token") continue;
        leave?.(leaving);
        if (!leave) break;
      }
    })();
    const call = await model.call();
    call.text("Hello");
    if (leave) await assert.rejects(reading, { name: "ChatWaitError", code: "aborted" });
    await reading.catch(() => {});
    await readers(0);
    assert.equal(call.isCancelled, false);
    call.text(" there");
    call.finish();
    assert.equal((await client.chat.resume(stream.id ?? "").result()).content, "Hello there");
    await released();
  });
}

test("a reader that takes its time gets everything, and holds nobody up", async (t) => {
  const { client, model, released } = await clientRig(t);
  const stream = client.chat.stream({ message: "Hi" });
  const slow = (async () => {
    let text = "";
    for await (const piece of stream.text()) {
      text += piece;
      await new Promise((resolve) => void setImmediate(resolve));
    }
    return text;
  })();
  const call = await model.call();
  const said = Array.from({ length: 2000 }, (_, n) => `${n} `);
  call.text(...said);
  call.finish();
  assert.equal(await slow, said.join(""));
  await released();
});

test("a server that stands below a path is reached there, and what a gateway wants to see is sent along", async (t) => {
  const { proxy, model, url, requests } = await clientRig(t);
  const client = createClient({ baseUrl: `${proxy.url}/v1/`, headers: { "x-gateway": "yes" } });
  const answer = client.chat.stream({ message: "Hi" });
  const result = answer.result();
  (await model.call()).finish();
  await result;
  await client.chat.snapshot(answer.id ?? "");
  assert.deepEqual(requests(), ["POST /v1/chat/streaming", `GET /v1/chat/streaming/${answer.id}`]);
  assert.ok(proxy.exchanges.every(({ headers }) => headers["x-gateway"] === "yes"));
  assert.equal((await createClient({ baseUrl: new URL(url) }).models()).default, "test:driven");
});

test("through a proxy that holds everything back the answer comes when it is complete", async (t) => {
  const { client, model, spoil, released } = await clientRig(t);
  spoil({ holds: true });
  const answer = read(client.chat.stream({ message: "Hi" }));
  const call = await model.call();
  call.text("Hello");
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
  assert.equal(answer.events.length, 0);
  call.finish();
  assert.equal((await answer.whole).length, 5);
  assert.equal(answer.stream.messages[0]?.content, "Hello");
  await released();
});
