import assert from "node:assert/strict";
import { test } from "node:test";
import { isFailure } from "../protocol/errors.ts";
import { createDoor, isLoopback } from "./door.ts";

type Guest = { host?: string; path?: string; method?: string; headers?: Record<string, string> };
type Options = { boundTo?: string; allowedHosts?: string[]; corsOrigins?: string[] };

/** `in`, or the code with which the door stays shut. */
function outcome(guest: Guest, options: Options = {}): string {
  const enter = createDoor({ boundTo: "127.0.0.1", allowedHosts: [], corsOrigins: [], ...options });
  try {
    enter({ host: "localhost:3000", path: "/chat/wait", method: "POST", headers: {}, ...guest });
    return "in";
  } catch (error) {
    assert.ok(isFailure(error));
    return error.code;
  }
}

const hosts: [host: string, expected: string][] = [
  ["localhost", "in"],
  ["LocalHost:3000", "in"],
  ["localhost.", "in"],
  ["localhost.:3000", "in"],
  ["chat.localhost:3000", "in"],
  ["127.0.0.1:3000", "in"],
  ["127.9.9.9", "in"],
  ["[::1]", "in"],
  ["[::1]:3000", "in"],
  ["", "host_not_allowed"],
  ["example.com", "host_not_allowed"],
  ["localhost.example.com", "host_not_allowed"],
  ["notlocalhost", "host_not_allowed"],
  ["127.0.0.1.example.com", "host_not_allowed"],
  ["127.evil.example", "host_not_allowed"],
  ["0.0.0.0:3000", "host_not_allowed"],
  ["10.0.0.1", "host_not_allowed"],
  ["[::2]:3000", "host_not_allowed"],
  ["localhost:80@evil.example", "host_not_allowed"],
];

for (const [host, expected] of hosts) {
  test(`R-DOOR: bound to loopback, Host "${host}" is ${expected}`, () => {
    assert.equal(outcome({ host }), expected);
    assert.equal(outcome({ host }, { boundTo: "::1" }), expected);
    assert.equal(outcome({ host }, { boundTo: "0.0.0.0" }), "in", "bound to more, any name may be ours");
  });
}

test("R-DOOR: a host that is allowed may come with any port and in any case", () => {
  const options = { allowedHosts: ["chat.example"] };
  for (const host of ["chat.example", "Chat.Example:8443", "chat.example."])
    assert.equal(outcome({ host }, options), "in");
  assert.equal(outcome({ host: "x.chat.example" }, options), "host_not_allowed");
  assert.equal(outcome({ host: "[2001:db8::1]:80" }, { allowedHosts: ["2001:db8::1"] }), "in");
});

test("R-DOOR: where hosts are named they hold on every address; probes may come by any name", () => {
  const options = { boundTo: "0.0.0.0", allowedHosts: ["chat.example"] };
  assert.equal(outcome({ host: "chat.example" }, options), "in");
  assert.equal(outcome({ host: "localhost:3000" }, options), "in");
  assert.equal(outcome({ host: "rebound.example" }, options), "host_not_allowed");
  for (const path of ["/healthz", "/v1/readyz", "/metrics"]) {
    assert.equal(outcome({ host: "10.1.2.3:3000", path }, options), "in", path);
    assert.equal(outcome({ host: "10.1.2.3:3000", path }, { ...options, boundTo: "127.0.0.1" }), "host_not_allowed");
  }
});

const origins: [origin: string, host: string, expected: string][] = [
  ["http://localhost:3000", "localhost:3000", "in"],
  ["https://localhost:3000", "localhost:3000", "in"],
  ["http://localhost", "localhost:80", "in"],
  ["https://localhost", "localhost:443", "in"],
  ["http://[::1]:3000", "[::1]:3000", "in"],
  ["http://localhost:3001", "localhost:3000", "origin_not_allowed"],
  ["http://localhost", "localhost:3000", "origin_not_allowed"],
  ["http://127.0.0.1:3000", "localhost:3000", "origin_not_allowed"],
  ["https://evil.example", "localhost:3000", "origin_not_allowed"],
  ["http://localhost:3000.evil.example", "localhost:3000", "origin_not_allowed"],
  ["null", "localhost:3000", "origin_not_allowed"],
  ["", "localhost:3000", "origin_not_allowed"],
  ["file://", "localhost:3000", "origin_not_allowed"],
  ["chrome-extension://abcdef", "localhost:3000", "origin_not_allowed"],
];

for (const [origin, host, expected] of origins) {
  for (const method of ["GET", "POST", "OPTIONS"]) {
    test(`R-DOOR: ${method} with Origin "${origin}" at ${host} is ${expected}`, () => {
      assert.equal(outcome({ method, host, headers: { origin } }), expected);
    });
  }
}

test("R-DOOR: an origin in CHATWAIT_CORS_ORIGINS may in, and only exactly that one", () => {
  const options = { corsOrigins: ["https://chat.example"] };
  const from = (origin: string) => outcome({ headers: { origin, "sec-fetch-site": "cross-site" } }, options);
  assert.equal(from("https://chat.example"), "in");
  for (const origin of ["http://chat.example", "https://chat.example:8443", "https://x.chat.example", "null"]) {
    assert.equal(from(origin), "origin_not_allowed", origin);
  }
});

const visits: [method: string, path: string, mode: string, site: string, expected: string][] = [
  ["GET", "/", "navigate", "cross-site", "in"],
  ["GET", "/docs", "navigate", "cross-site", "in"],
  ["GET", "/v1/", "navigate", "cross-site", "in"],
  ["GET", "/v1/docs", "navigate", "cross-site", "in"],
  ["GET", "/chat/streaming", "navigate", "cross-site", "origin_not_allowed"],
  ["GET", "/docs/x", "navigate", "cross-site", "origin_not_allowed"],
  ["POST", "/", "navigate", "cross-site", "origin_not_allowed"],
  ["GET", "/", "no-cors", "cross-site", "origin_not_allowed"],
  ["GET", "/chat/streaming", "no-cors", "same-origin", "in"],
  ["GET", "/chat/streaming", "no-cors", "none", "in"],
];

for (const [method, path, mode, site, expected] of visits) {
  test(`R-DOOR: ${method} ${path} from ${site} by ${mode}, without an Origin, is ${expected}`, () => {
    const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode };
    assert.equal(outcome({ method, path, headers }), expected);
  });
}

test("loopback names are those of RFC 6761 and the loopback networks", () => {
  for (const name of ["localhost", "a.localhost", "::1", "127.0.0.1", "127.255.255.255"])
    assert.ok(isLoopback(name), name);
  for (const name of ["", "::", "0.0.0.0", "127.0.0", "127.0.0.1.x", "localhosts", "128.0.0.1"])
    assert.ok(!isLoopback(name), name);
});
