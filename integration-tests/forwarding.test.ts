import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestApp } from "../testing/app.ts";

/** How many warnings about forwarding headers the operator has seen after these requests. */
async function warnings(env: Record<string, string>, headers: Record<string, string>): Promise<number> {
  const app = await startTestApp({ env });
  try {
    for (let request = 0; request < 3; request++) await (await fetch(`${app.url}/healthz`, { headers })).text();
    return app.logs.filter(({ level, msg }) => level === 40 && String(msg).includes("CHATWAIT_TRUST_PROXY")).length;
  } finally {
    await app.close();
  }
}

test("forwarding headers that nobody trusts are warned of, once", async () => {
  assert.equal(await warnings({}, { "x-forwarded-for": "10.1.2.3" }), 1);
  assert.equal(await warnings({}, { forwarded: "for=10.1.2.3" }), 1);
});

test("a proxy that is trusted, and a request without a proxy, are no reason to warn", async () => {
  assert.equal(await warnings({ CHATWAIT_TRUST_PROXY: "1" }, { "x-forwarded-for": "10.1.2.3" }), 0);
  assert.equal(await warnings({}, {}), 0);
});
