import { afterEach } from "node:test";

/** Starts things as `start` does, for one test each: they are closed after it, whatever has become of it. */
export function closedAfterEach<Args extends unknown[], Made extends { close(): unknown }>(
  start: (...args: Args) => Promise<Made>,
): (...args: Args) => Promise<Made> {
  const open: Made[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((made) => made.close()));
  });
  return async (...args) => {
    const made = await start(...args);
    open.push(made);
    return made;
  };
}
