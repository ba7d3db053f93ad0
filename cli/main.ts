#!/usr/bin/env node

const LEAST_NODE = 24;

/** The program. What it needs is loaded after the check: an older Node could not even read it. */
async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    process.stderr.write(`chatwait needs Node ${LEAST_NODE} or newer; this is ${process.versions.node}.\n`);
    process.exit(2);
  }
  const [{ lossOf, run }, { processIo }, { packageVersion }] = await Promise.all([
    import("./run.ts"),
    import("./process-io.ts"),
    import("./version.ts"),
  ]);
  const args = process.argv.slice(2);
  const io = processIo();
  const code = await run(args, io, packageVersion());
  // Not when nothing is left to do: what was left behind, a stop that a server does not answer say, may go on for minutes.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write("", written))),
  );
  // Of what was printed last, the system may not say before now that there was no room for it.
  process.exit(lossOf(args, io) ?? code);
}

await main();
