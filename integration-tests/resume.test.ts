import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../testing/any-unicode.ts";
import { begunStream, drivenServer } from "../testing/driven-server.ts";
import { RESUME_FORMS, type ResumeForm, resumeForm } from "../testing/resume-forms.ts";
import { openStream, type Received, requestJson, resumeStream, textOf } from "../testing/sse-client.ts";

const forms = Object.entries(RESUME_FORMS);

const typesOf = (events: readonly Received[]) => events.map(({ type }) => type);

for (const [name, form] of forms) {
  test(`R-CURSOR: ${name}: for every k, the first k events and a resume after k are the whole, while it runs and after`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, events: first, id } = await begunStream(server, { says: ["Hel", "lo 😀", " there"] });
    const resumed = [];
    for (let k = 0; k <= first.length; k++) resumed.push(await resume(server.url, form, id, k));
    call.text(" and", " more");
    call.finish({ usage: { input: 1, output: 5 } });
    const whole = [...first, ...(await stream.rest())];
    assert.deepEqual(typesOf(whole).slice(-3), ["token", "message_end", "done"]);
    for (const [k, connection] of resumed.entries()) {
      assert.deepEqual([...whole.slice(0, k), ...(await connection.rest())], whole, `after ${k}, while it ran`);
      assert.ok(connection.text.startsWith("retry: 1000\n\n"));
    }
    for (let k = 0; k < whole.length; k++) {
      const connection = await resume(server.url, form, id, k);
      assert.deepEqual([...whole.slice(0, k), ...(await connection.rest())], whole, `after ${k}, when it had ended`);
      assert.equal(await connection.closed, "end");
    }
    assert.equal(server.model.calls.length, 1);
  });

  test(`R-END: ${name}: nothing left is a 204, but only once the stream has ended`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, events, id } = await begunStream(server, { says: ["Hello"] });
    const live = await resume(server.url, form, id, 3);
    call.finish();
    const whole = [...events, ...(await stream.rest())];
    assert.deepEqual(await live.rest(), whole.slice(3));
    const { path, ...outgoing } = resumeForm(form, id, whole.length);
    const { status, text, headers } = await requestJson(server.url + path, outgoing);
    assert.deepEqual([status, text, headers["content-type"]], [204, "", undefined]);
  });
}

function resume(origin: string, form: ResumeForm, id: string, k: number) {
  const { path, ...outgoing } = resumeForm(form, id, k);
  return openStream(origin + path, outgoing);
}

test("R-CURSOR: any text, said and cut and resumed in any order and by any form, arrives whole", async (t) => {
  const server = await drivenServer(t);
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ say: fc.array(anyUnicode(), { minLength: 1, maxLength: 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ cutAfter: fc.nat(5), form: fc.nat(forms.length - 1) }) },
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    let { stream, call, events: received, id } = await begunStream(server);
    const said: string[] = [];
    for (const next of steps) {
      if ("say" in next) {
        call.text(...next.say);
        said.push(...next.say);
        continue;
      }
      // As many more events as have come by now, up to some; then the connection is cut, and what it still had is lost.
      received = [...received, ...stream.events.slice(0, next.cutAfter).filter(({ seq }) => seq > received.length)];
      stream.cut();
      stream = await resume(server.url, forms[next.form]?.[1] as ResumeForm, id, received.length);
    }
    call.finish();
    await stream.closed;
    received = [...received, ...stream.events.filter(({ seq }) => seq > received.length)];
    assert.deepEqual(
      received.map(({ seq }) => seq),
      received.map((_, index) => index + 1),
    );
    const end = received.at(-2);
    assert.ok(end?.type === "message_end" && received.at(-1)?.type === "done");
    assert.deepEqual([textOf(received), end.content], [said.join(""), said.join("")]);
  });
  await fc.assert(property, { numRuns: 60 });
});
test("a resume whose connection is cut within a frame, or within a character, loses and repeats nothing", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id, events } = await begunStream(server, { says: ["é", "😀漢字", "👩‍🚀"] });
  call.finish();
  const whole = [...events, ...(await stream.rest())];
  const bytes = Buffer.byteLength(stream.text);
  for (let cut = 1; cut < bytes; cut += 7) {
    const before = await (await openStream(`${server.url}/chat/streaming/${id}`, { cutAfterBytes: cut })).rest();
    const last = before.at(-1);
    const after = await (last ? resumeStream(server.url, last.id) : openStream(`${server.url}/chat/streaming/${id}`));
    assert.deepEqual([...before, ...(await after.rest())], whole, `cut after ${cut} bytes`);
  }
});
