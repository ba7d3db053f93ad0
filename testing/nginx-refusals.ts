import assert from "node:assert/strict";
import { head, openRaw } from "./raw-http.ts";
import { requestJson } from "./sse-client.ts";

const LONG = "x".repeat(20_000);

const REFUSALS: readonly [status: number, code: string, request: string][] = [
  [400, "invalid_request", head("GET / HTTP/1.1")],
  [400, "invalid_request", head("GET / HTTP/1.1", "Host: localhost", "Content-Length: one")],
  [414, "uri_too_long", head(`GET /${LONG} HTTP/1.1`, "Host: localhost")],
  [431, "headers_too_large", head("GET / HTTP/1.1", "Host: localhost", `Cookie: ${LONG}`)],
  [
    431,
    "headers_too_large",
    head("POST /chat/wait HTTP/1.1", "Host: localhost", "Idempotency-Key: k", `Cookie: ${LONG}`),
  ],
];

/** Fails unless what nginx refuses by itself is told in ChatWait's form. */
export async function checkRefusals(url: string): Promise<void> {
  for (const [status, code, request] of REFUSALS) {
    const connection = await openRaw(url);
    connection.send(request);
    const { status: got, json } = await connection.response();
    connection.destroy();
    assert.deepEqual([got, json?.error_code], [status, code], request.slice(0, 60));
    assert.match(json.request_id, /./);
  }
}

/** Fails unless a proxy keeps the servers' metrics to itself, however one asks for them. */
export async function checkMetricsShut(url: string): Promise<void> {
  for (const path of [
    "/metrics",
    "/v1/metrics",
    "/metrics?a=b",
    "//metrics",
    "/metr%69cs",
    "/docs/../metrics",
    "/metrics/",
  ]) {
    const { status, body, text } = await requestJson(url + path, { headers: { "idempotency-key": "one" } });
    assert.deepEqual([status, body?.error_code], [404, "not_found"], `${path} ${text.slice(0, 80)}`);
  }
}
