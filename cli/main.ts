#!/usr/bin/env node

const LEAST_NODE = 24;

/** The program. What it needs is loaded after the check: an older Node could not even read it. */
async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    process.stderr.write(`chatwait needs Node ${LEAST_NODE} or newer; this is ${process.versions.node}.\n`);
    process.exit(2);
  }
  const [{ run }, { processIo }, { packageVersion }] = await Promise.all([
    import("./run.ts"),
    import("./process-io.ts"),
    import("./version.ts"),
  ]);
  const code = await run(process.argv.slice(2), processIo(), packageVersion());
  // Not when nothing is left to do: what was left behind, a stop that a server does not answer say, may go on for minutes.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write("", written))),
  );
  process.exit(code);
}

await main();
