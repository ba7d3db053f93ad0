import assert from "node:assert/strict";
import { test } from "node:test";
import { type EditingOptions, editingRule } from "./editing.ts";

const ALONE: EditingOptions = { worldEditing: undefined, host: "127.0.0.1", allowedHosts: [], trustProxy: undefined };

const mayEdit = (options: Partial<EditingOptions>, headers: Record<string, string> = {}) =>
  editingRule({ ...ALONE, ...options })({ host: "localhost", "user-agent": "curl", ...headers });

test("R-DOOR on loopback, with nothing in front, worlds may be changed", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) assert.ok(mayEdit({ host }), host);
});

test("R-DOOR a server that others can reach lets nobody change its worlds unless it is told to", () => {
  const open: Partial<EditingOptions>[] = [
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.168.0.5" },
    { allowedHosts: ["chat.example.com"] },
    { trustProxy: 1 },
    { trustProxy: ["loopback"] },
  ];
  for (const options of open) {
    assert.equal(mayEdit(options), false, JSON.stringify(options));
    assert.ok(mayEdit({ ...options, worldEditing: true }), JSON.stringify(options));
  }
});

test("R-DOOR a request that was forwarded changes nothing, whichever header says so, unless the setting allows it", () => {
  const headers =
    `forwarded via forwarded-for x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded x-forwarded-by
    x-real-ip x-client-ip x-cluster-client-ip x-original-forwarded-for x-original-host x-original-url x-rewrite-url
    x-envoy-external-address true-client-ip cf-connecting-ip cf-ray cdn-loop fastly-client-ip fly-client-ip x-azure-clientip
    x-appengine-user-ip tailscale-user-login proxy-client-ip wl-proxy-client-ip x-proxyuser-ip`.split(/\s+/);
  for (const header of headers) {
    assert.equal(mayEdit({}, { [header]: "" }), false, header);
    assert.ok(mayEdit({ worldEditing: true }, { [header]: "" }), header);
  }
  for (const header of ["x-real-ipsum", "obvia", "x-request-id", "x-forwardedness", "origin"])
    assert.ok(mayEdit({}, { [header]: "x" }));
});

test("R-DOOR the setting closes the door to everybody", () => assert.equal(mayEdit({ worldEditing: false }), false));
