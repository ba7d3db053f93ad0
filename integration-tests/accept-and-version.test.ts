import assert from "node:assert/strict";
import { test } from "node:test";
import { offer } from "../testing/app.ts";
import { serverFor } from "../testing/driven-server.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";

const models = [offer("test:instant", instantModel(["Hello"]))];
const SSE = "text/event-stream";
const JSON_TYPE = "application/json; charset=utf-8";

/** A request with this Accept; without the header where it is undefined. */
const accepting = (accept: string | undefined, more: object = {}) => ({
  ...more,
  headers: accept === undefined ? {} : { accept },
});

const asJson = ["application/json", "application/*", "application/json, text/plain;q=0.5", "APPLICATION/JSON"];
const asAnything = [undefined, "*/*", "application/json, */*", "text/html, */*;q=0.1"];
const asStream = [SSE, `${SSE}, application/json`, `application/json, ${SSE};q=0.1`];
const asNeither = ["text/html", "image/*", "application/xml", "application/json;q=0"];

for (const version of ["", "/v1"]) {
  test(`R-ACCEPT: GET ${version}/chat/streaming/{stream_id} is JSON only where that alone is asked for`, async (t) => {
    const app = await serverFor(t, { models });
    const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
    const url = `${app.url}${version}/chat/streaming/${body.stream_id}`;
    for (const accept of asJson) {
      const { status, headers, body: snapshot } = await requestJson(url, accepting(accept));
      assert.deepEqual([status, headers["content-type"]], [200, JSON_TYPE], accept);
      assert.equal(snapshot.status, "completed");
    }
    for (const accept of [...asAnything, ...asStream]) {
      const { status, headers } = await requestJson(url, accepting(accept));
      assert.deepEqual([status, headers["content-type"]], [200, SSE], accept);
    }
    for (const accept of asNeither) {
      const { status, body } = await requestJson(url, accepting(accept));
      assert.deepEqual([status, body.error_code], [406, "not_acceptable"], accept);
    }
  });

  test(`R-ACCEPT: ${version}/chat/wait gives JSON or 406`, async (t) => {
    const app = await serverFor(t, { models });
    const url = `${app.url}${version}/chat/wait`;
    for (const accept of [...asJson, ...asAnything, `${SSE}, application/json`]) {
      const { status, headers } = await requestJson(url, accepting(accept, { body: { message: "Hi" } }));
      assert.deepEqual([status, headers["content-type"]], [200, JSON_TYPE], accept);
    }
    const before = app.shelf.counts().kept;
    for (const accept of [...asNeither, SSE]) {
      const { status, body } = await requestJson(url, accepting(accept, { body: { message: "Hi" } }));
      assert.deepEqual([status, body.error_code], [406, "not_acceptable"], accept);
    }
    assert.equal(app.shelf.counts().kept, before, "nothing was started");
  });

  test(`R-ACCEPT: ${version}/chat/streaming gives a stream or 406, started either way`, async (t) => {
    const app = await serverFor(t, { models });
    const url = `${app.url}${version}/chat/streaming`;
    const starts = [
      [url, { body: { message: "Hi" } }],
      [`${url}?message=Hi`, {}],
    ] as const;
    for (const [path, request] of starts) {
      for (const accept of [...asAnything, ...asStream]) {
        const { status, headers } = await requestJson(path, accepting(accept, request));
        assert.deepEqual([status, headers["content-type"]], [200, SSE], accept);
      }
      const before = app.shelf.counts().kept;
      for (const accept of [...asNeither, ...asJson]) {
        const { status, body } = await requestJson(path, accepting(accept, request));
        assert.deepEqual([status, body.error_code], [406, "not_acceptable"], accept);
      }
      assert.equal(app.shelf.counts().kept, before, "nothing was started");
    }
  });

  test(`R-ACCEPT: HEAD starts nothing at ${version || "/"}`, async (t) => {
    const app = await serverFor(t, { models });
    for (const path of ["/chat/wait", "/chat/streaming", "/chat/streaming?message=Hi", "/chat/streaming/x"]) {
      const { status, headers } = await requestJson(app.url + version + path, { method: "HEAD" });
      assert.equal(status, 405, path);
      assert.ok(headers.allow, path);
    }
    assert.equal(app.shelf.counts().kept, 0);
  });
}

test("R-VERSION: a stream that was started under one path is the same under the other", async (t) => {
  const app = await serverFor(t, { models });
  for (const [one, other] of [
    ["", "/v1"],
    ["/v1", ""],
  ] as const) {
    const stream = await openStream(`${app.url}${one}/chat/streaming`, { body: { message: "Hi" } });
    const events = await stream.rest();
    const id = events[0]?.id.split(".")[0];
    assert.equal(stream.headers["content-location"], `${one}/chat/streaming/${id}`);
    const read = await openStream(`${app.url}${other}/chat/streaming/${id}`);
    assert.deepEqual(await read.rest(), events);
    assert.equal(read.headers["content-location"], `${other}/chat/streaming/${id}`);
    const stopped = await requestJson(`${app.url}${other}/chat/streaming/${id}`, { method: "DELETE" });
    assert.deepEqual([stopped.status, stopped.body.status], [200, "completed"]);
  }
});

test("R-VERSION: every path that answers at all answers alike under /v1, and there is no /v2", async (t) => {
  const app = await serverFor(t, { models });
  for (const path of ["/healthz", "/readyz", "/models", "/openapi.json"]) {
    const [bare, versioned] = [await requestJson(app.url + path), await requestJson(`${app.url}/v1${path}`)];
    assert.deepEqual([bare.status, versioned.status], [200, 200], path);
    assert.deepEqual(versioned.body, bare.body, path);
  }
  const { status, body } = await requestJson(`${app.url}/v2/chat/wait`, { body: { message: "Hi" } });
  assert.deepEqual([status, body.error_code], [404, "not_found"]);
});
