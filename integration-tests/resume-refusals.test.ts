import assert from "node:assert/strict";
import { test } from "node:test";
import { offer } from "../testing/app.ts";
import { begunStream, drivenServer, idOf, serverFor } from "../testing/driven-server.ts";
import { RESUME_FORMS, type ResumeForm, resumeForm } from "../testing/resume-forms.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, requestJson, startStream } from "../testing/sse-client.ts";

const forms = Object.entries(RESUME_FORMS);

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
    const { stream, call, id } = await begunStream(server, { says: ["Hello"] });
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
    const { stream, call, id } = await begunStream(server, { says: ["Hello"] });
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
