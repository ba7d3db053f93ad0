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
  process.exitCode = await run(process.argv.slice(2), processIo(), packageVersion());
}

await main();
