import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/**
 * Starts the system's nginx with a site as it would stand in conf.d, and resolves once it answers on `port`, on which the
 * site must listen. It ends with the test.
 */
export async function startNginx(t: TestContext, site: string, port: number): Promise<void> {
  const folder = folderFor(t);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const paths = `pid ${folder}/pid; error_log stderr; daemon off; master_process off; events { worker_connections 4096; }`;
  writeFileSync(join(folder, "nginx.conf"), `${paths}\nhttp { access_log off; ${temporary.join(" ")}\n${site}\n}\n`);
  await startProxy(t, port, "nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"]);
}

/** Starts the system's Caddy with a Caddyfile that listens on `port`, and resolves once it answers. It ends with the test. */
export async function startCaddy(t: TestContext, caddyfile: string, port: number): Promise<void> {
  const folder = folderFor(t);
  writeFileSync(join(folder, "Caddyfile"), caddyfile);
  const environment = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const args = ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
  await startProxy(t, port, "caddy", args, environment);
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "chatwait-proxy-"));
  mkdirSync(join(folder, "logs"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts it, and resolves once it answers; it ends with the test. */
async function startProxy(
  t: TestContext,
  port: number,
  program: string,
  args: string[],
  env: Record<string, string> = {},
) {
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`${program} does not answer: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
