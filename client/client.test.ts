import assert from "node:assert/strict";
import { test } from "node:test";
import { clientFixture } from "../testing/client-fixture.ts";
import { createClient, isChatWaitError, type SavedStream } from "./index.ts";

test("the server may stand below a path, with or without a slash at its end", async () => {
  for (const baseUrl of ["http://h.test/a/b", "http://h.test/a/b//", new URL("http://h.test/a/b/")]) {
    const { client, network } = clientFixture(() => ({ body: {} }), { baseUrl });
    await client.models();
    assert.equal(network.asked[0]?.url, "http://h.test/a/b/models");
  }
});

test("without an address it is the page's own server, and elsewhere the one on this machine", async () => {
  const place = globalThis as { location?: { origin: string } };
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return Response.json({});
  };
  await createClient({ surroundings: { fetch } }).models();
  place.location = { origin: "https://page.test" };
  try {
    await createClient({ surroundings: { fetch } }).models();
  } finally {
    delete place.location;
  }
  assert.deepEqual(urls, ["http://127.0.0.1:3000/models", "https://page.test/models"]);
});

test("what is no address, or lacks its scheme, is refused at once", () => {
  for (const baseUrl of ["localhost:3000", "127.0.0.1:3000", "", "/chat", "null"]) {
    assert.throws(() => createClient({ baseUrl }), TypeError, baseUrl);
  }
});

test("options that are undefined are those by default", async () => {
  const { client, clock, network, rest } = clientFixture(() => "silence", { idleMs: undefined } as never);
  const asking = assert.rejects(client.models(), { code: "network" });
  await rest();
  clock.advance(24_999);
  await rest();
  assert.equal(network.open, 1);
  clock.advance(1);
  await asking;
});

test("headers of the caller go with each request", async () => {
  const { client, network } = clientFixture(() => ({ body: {} }), { headers: { authorization: "Bearer x" } });
  await client.models();
  await client.chat.snapshot("s");
  assert.deepEqual(
    network.asked.map(({ headers }) => headers.get("authorization")),
    ["Bearer x", "Bearer x"],
  );
});

test("what is no saved stream is not restored, and leads to no other server", () => {
  const { client } = clientFixture(() => "unreachable");
  const saved: SavedStream = { v: 1, path: "/chat/streaming/x", lastEventId: "x.0.1", seq: 1, messages: [] };
  assert.equal(client.restore(saved).id, "x");
  for (const wrong of [
    { ...saved, v: 2 },
    { ...saved, path: "//evil.test/x" },
    { ...saved, path: "@evil.test" },
  ]) {
    assert.throws(() => client.restore(wrong as SavedStream), TypeError);
  }
});

test("a failure is told from any other error", async () => {
  const { client } = clientFixture(() => "unreachable");
  const failure = await client.models().catch((error: unknown) => error);
  assert.equal(isChatWaitError(failure), true);
  assert.equal(isChatWaitError(new Error("x")), false);
  assert.equal(isChatWaitError({ name: "ChatWaitError" }), false);
});
