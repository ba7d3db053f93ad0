import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { offer } from "../testing/app.ts";
import { type DrivenServer, drivenServer, serverFor } from "../testing/driven-server.ts";
import { RESUME_FORMS, type ResumeForm, resumeForm } from "../testing/resume-forms.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, type Received, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const forms = Object.entries(RESUME_FORMS);

/** Starts a stream and says the first tokens; `stream` has taken the events up to the last of them. */
async function begun(server: DrivenServer, ...texts: string[]) {
  const stream = await startStream(server.url, { message: "Hi" });
  const call = await server.model.call(server.model.calls.length - 1);
  call.text(...texts);
  const events = await stream.take(texts.length > 0 ? texts.length + 2 : 1);
  return { stream, call, events, id: idOf(events) };
}

const idOf = (events: readonly Received[]) => events[0]?.id.split(".")[0] ?? "";
const typesOf = (events: readonly Received[]) => events.map(({ type }) => type);

for (const [name, form] of forms) {
  test(`R-CURSOR: ${name}: for every k, the first k events and a resume after k are the whole, while it runs and after`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, events: first, id } = await begun(server, "Hel", "lo 😀", " there");
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
    const { stream, call, events, id } = await begun(server, "Hello");
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
      arbitrary: fc.record({ say: fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ cutAfter: fc.nat(5), form: fc.nat(forms.length - 1) }) },
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    let { stream, call, events: received, id } = await begun(server);
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

/** A stream that has ended, by its id. */
async function ended(origin: string) {
  const events = await (await startStream(origin, { message: "Hi" })).rest();
  return { id: idOf(events), last: events.length };
}

test("R-HONEST: a cursor that is none is 400 invalid_cursor, in every form", async (t) => {
  const app = await serverFor(t, { models: [offer("test:instant", instantModel(["Hello"]))] });
  const { id } = await ended(app.url);
  const malformed = [
    ...["x", id, `${id}.`, `${id}.0`, `${id}.0.`, `${id}.0.x`, `${id}.0.-1`, `${id}.0.1.5`, `${id}.0.01`, `${id}.00.1`],
    ...[`${id}.0.1e1`, `${id}.0.+1`, `${id}.0.0x1`, `.0.1`, `${id}..1`, `${id}.0.99999999999999999`, "a b.0.1"],
    ...[`${id}-.0.1`, `${id}.0.1,${id}.0.2`, "null", "undefined", "a".repeat(65), `${"a".repeat(1000)}.0.1`],
  ];
  for (const cursor of malformed) {
    for (const [name, form] of forms.filter(([, { cursor: kind }]) => kind !== "seq")) {
      const { path, ...outgoing } = form.request(id, cursor);
      const { status, body } = await requestJson(app.url + path, outgoing);
      assert.deepEqual([status, body?.error_code], [400, "invalid_cursor"], `${name} with ${cursor}`);
    }
  }
  for (const seq of ["-1", "1.5", "01", "1e1", "+1", "x", "0x1", "99999999999999999", "NaN", "null", "١"]) {
    const { status, body } = await requestJson(
      `${app.url}/chat/streaming/${id}?starting_after=${encodeURIComponent(seq)}`,
    );
    assert.deepEqual([status, body.error_code], [400, "invalid_cursor"], seq);
  }
});

test("R-HONEST: a starting_after that is empty or comes twice is 400 invalid_cursor", async (t) => {
  const app = await serverFor(t, { models: [offer("test:instant", instantModel(["Hello"]))] });
  const { id } = await ended(app.url);
  for (const query of [
    "starting_after=",
    "starting_after",
    "starting_after=1&starting_after=2",
    "starting_after=1&starting_after=1",
  ]) {
    const { status, body } = await requestJson(`${app.url}/chat/streaming/${id}?${query}`);
    assert.deepEqual([status, body.error_code], [400, "invalid_cursor"], query);
  }
});

for (const [name, form] of forms) {
  test(`R-HONEST: ${name}: ahead of the log is 409 cursor_ahead with last_seq, while it runs and after`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, id } = await begun(server, "Hello");
    const refusal = async (seq: number) => {
      const { path, ...outgoing } = resumeForm(form, id, seq);
      const { status, body } = await requestJson(server.url + path, outgoing);
      return [status, body.error_code, body.last_seq];
    };
    assert.deepEqual(await refusal(4), [409, "cursor_ahead", 3]);
    call.finish();
    await stream.rest();
    assert.deepEqual(await refusal(6), [409, "cursor_ahead", 5]);
    assert.deepEqual(await refusal(9_999_999_999), [409, "cursor_ahead", 5]);
  });

  test(`R-HONEST: ${name}: an unknown stream is 404, a forgotten one 410`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, id } = await begun(server, "Hello");
    const refusal = async (of: string) => {
      const { path, ...outgoing } = resumeForm(form, of, 1);
      const { status, body } = await requestJson(server.url + path, outgoing);
      return [status, body.error_code];
    };
    assert.deepEqual(await refusal("A".repeat(22)), [404, "stream_not_found"]);
    call.finish();
    await stream.rest();
    await server.readers(0);
    server.clock.advance(300_000);
    assert.deepEqual(await refusal(id), [410, "stream_expired"]);
    assert.equal(server.model.calls.length, 1);
  });

  if (form.cursor === "seq") continue;
  test(`R-HONEST: ${name}: an epoch that never was is 409 cursor_void`, async (t) => {
    const app = await serverFor(t, { models: [offer("test:instant", instantModel(["Hello"]))] });
    const { id } = await ended(app.url);
    const { path, ...outgoing } = form.request(id, `${id}.1.1`);
    const { status, body } = await requestJson(app.url + path, outgoing);
    assert.deepEqual([status, body.error_code], [409, "cursor_void"]);
  });
}

for (const name of ["path and header", "path and starting_after as an id"]) {
  test(`R-HONEST: ${name}: an id of another stream than the path's is 400 invalid_cursor`, async (t) => {
    const app = await serverFor(t, { models: [offer("test:instant", instantModel(["Hello"]))] });
    const [one, other] = [await ended(app.url), await ended(app.url)];
    const { path, ...outgoing } = (RESUME_FORMS[name] as ResumeForm).request(one.id, `${other.id}.0.1`);
    const { status, body } = await requestJson(app.url + path, outgoing);
    assert.deepEqual([status, body.error_code], [400, "invalid_cursor"]);
  });
}

test("R-HONEST: an empty Last-Event-ID is no cursor: a start is a start, and a read begins at the beginning", async (t) => {
  const app = await serverFor(t, { models: [offer("test:instant", instantModel(["Hello"]))] });
  const headers = { "last-event-id": "" };
  const posted = await openStream(`${app.url}/chat/streaming`, { body: { message: "Hi" }, headers });
  const events = await posted.rest();
  const got = await openStream(`${app.url}/chat/streaming?message=Hi`, { headers });
  const read = await openStream(`${app.url}/chat/streaming/${idOf(events)}`, { headers });
  assert.deepEqual([events[0]?.seq, (await got.rest())[0]?.seq], [1, 1]);
  assert.deepEqual(await read.rest(), events);
  const after = await openStream(`${app.url}/chat/streaming/${idOf(events)}?starting_after=2`, { headers });
  assert.deepEqual(await after.rest(), events.slice(2));
});

test("R-PRECEDENCE: the header beats the query, as an EventSource that repeats its first URL needs it", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, events, id } = await begun(server, "Hel", "lo");
  const headers = { "last-event-id": `${id}.0.3` };
  const queries = [
    "?starting_after=1",
    "?starting_after=",
    "?starting_after=nonsense",
    "?starting_after=1&starting_after=2",
  ];
  const paths = [...queries.map((query) => `/${id}${query}`), "?message=Hi", "?message=", "?message=a&message=b"];
  const resumed = [];
  for (const path of paths) resumed.push(await openStream(`${server.url}/chat/streaming${path}`, { headers }));
  call.finish();
  const rest = [...events, ...(await stream.rest())].slice(3);
  for (const connection of resumed) assert.deepEqual(await connection.rest(), rest);
  assert.equal(server.model.calls.length, 1);
});

const MIB = 2 ** 20;
const unseen: Record<string, { body?: string | Buffer; headers?: Record<string, string> }> = {
  "that is invalid": { body: '{"mesage": 7, "context": []}' },
  "that is a good start": { body: '{"message": "Hi"}' },
  "that cannot be parsed": { body: '{"message": ' },
  "that is no UTF-8": { body: Buffer.from([0xff, 0xfe, 0x00]) },
  "that is empty": { body: "" },
  "of another type": { body: "<a/>", headers: { "content-type": "text/xml" } },
  "without a type": { body: "x", headers: { "content-type": "" } },
  "that says it is compressed": { body: "x", headers: { "content-encoding": "gzip" } },
  "of 3 MiB": { body: Buffer.alloc(3 * MIB, "x") },
  "with a key that is none": { body: "{}", headers: { "idempotency-key": "" } },
  "with the key of another start": { body: '{"message": "Other"}', headers: { "idempotency-key": "k" } },
};

for (const [name, { body, headers = {} }] of Object.entries(unseen)) {
  test(`R-PRECEDENCE: a resume by POST does not look at a body ${name}`, async (t) => {
    // One start is allowed: the resume is none.
    const server = await drivenServer(t, { CHATWAIT_RATE_LIMIT: "1" });
    const stream = await startStream(server.url, { message: "Hi" }, { "idempotency-key": "k" });
    const call = await server.model.call();
    call.text("Hel");
    const first = await stream.take(3);
    const resumed = await openStream(`${server.url}/chat/streaming`, {
      body,
      headers: { ...headers, "last-event-id": first[1]?.id ?? "" },
    });
    call.text("lo");
    call.finish();
    const whole = [...first, ...(await stream.rest())];
    assert.deepEqual(await resumed.rest(), whole.slice(2));
    assert.equal(resumed.headers["idempotent-replayed"], undefined);
    assert.equal(resumed.headers["ratelimit"], undefined);
    assert.equal(server.model.calls.length, 1);
  });
}

test("R-PRECEDENCE: what a resume leaves unread does not hold its client up", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, events } = await begun(server, "Hel");
  // More than the buffers between the two take: it is sent only where somebody receives it.
  const body = Buffer.alloc(48 * MIB, "x");
  const resumed = await resumeStream(server.url, events[0]?.id ?? "", body);
  await resumed.take(1);
  try {
    await until(() => resumed.isSent, "the body is sent");
  } finally {
    call.finish();
    await stream.rest();
    if (!resumed.isSent) resumed.cut();
  }
  assert.deepEqual((await resumed.rest()).at(-1)?.type, "done");
});

test("a resume whose connection is cut within a frame, or within a character, loses and repeats nothing", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id, events } = await begun(server, "é", "😀漢字", "👩‍🚀");
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
