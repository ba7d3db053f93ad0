import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { build, type Rolldown } from "vite";

const PAGE = `<!doctype html>
<html lang="en"><head><title>Client</title><link rel="icon" href="data:,"></head>
<body><script type="module">import * as chatwait from "./client.js"; window.chatwait = chatwait;</script></body></html>`;

/** The client library as browsers get it: bundled, in one module. */
async function bundled(): Promise<string> {
  const entry = join(import.meta.dirname, "../client/index.ts");
  const made = await build({
    configFile: false,
    logLevel: "warn",
    build: { write: false, target: "es2022", lib: { entry, formats: ["es"] } },
  });
  const [{ output }] = made as [Rolldown.RolldownOutput];
  return output[0].code;
}

let bundle: Promise<string> | undefined;

/** Serves a page that has the client library as `window.chatwait` and does nothing with it. Resolves to its URL. */
export async function clientPage(t: TestContext): Promise<string> {
  bundle ??= bundled();
  const code = await bundle;
  const http = createServer(({ url }, response) => {
    const isScript = url === "/client.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? code : PAGE);
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}
