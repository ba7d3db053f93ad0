import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CopyLine, copyHub } from "../../../testing/copy-hub.ts";
import { isFailure } from "../../protocol/errors.ts";
import { openWorldStore } from "../world-store.ts";
import { createSharedChanges } from "./shared-changes.ts";

// Two servers that change worlds at the same time, over lines that take their time and break, by a store that may lose all it has:
// in the end both and the store have the same, and no world is gone that nobody has deleted.

type Step =
  | { type: "create" | "change" | "delete"; server: number; world: string }
  | { type: "cut" | "mend"; server: number }
  | { type: "empty" }
  /** Something that is under way arrives. */
  | { type: "arrive" };

/** Only these are ever deleted. */
const PASSING = ["Passing", "fleeting"];
const LASTING = ["Lasting", "staying"];

const server = fc.nat(1);
const anyStep = (types: readonly fc.Arbitrary<Step>[]) => fc.array(fc.oneof(...types), { maxLength: 50, size: "max" });
const changes: fc.Arbitrary<Step>[] = [
  fc.record({ type: fc.constantFrom("create", "change"), server, world: fc.constantFrom(...LASTING, ...PASSING) }),
  fc.record({ type: fc.constant("delete"), server, world: fc.constantFrom(...PASSING) }),
  fc.record({ type: fc.constant("arrive") }),
  fc.record({ type: fc.constant("arrive") }),
  fc.record({ type: fc.constantFrom("cut", "mend"), server }),
];
const losses: fc.Arbitrary<Step> = fc.record({ type: fc.constant("empty") });

/** A line that a test cuts and mends; while `scheduler` holds what is on it, it is under way. */
function breakableLine(scheduler: fc.Scheduler) {
  let isCut = false;
  let cuts = 0;
  let isPrompt = false;
  const arrived = () => (isPrompt ? Promise.resolve() : scheduler.schedule(Promise.resolve()));
  const line: CopyLine = {
    async cross() {
      if (isCut) throw new Error("cut");
      const before = cuts;
      await arrived();
      if (cuts > before) throw new Error("lost on the way");
    },
    async news(deliver) {
      const before = cuts;
      if (!isCut) await arrived();
      if (!isCut && cuts === before) deliver();
    },
  };
  return {
    line,
    get isCut() {
      return isCut;
    },
    cut() {
      isCut = true;
      cuts++;
    },
    mend: () => {
      isCut = false;
    },
    /** From now on nothing takes any time. */
    hurry: () => {
      isPrompt = true;
    },
  };
}

function startWorld(scheduler: fc.Scheduler) {
  const hub = copyHub();
  const servers = [0, 1].map(() => {
    const store = openWorldStore(":memory:");
    const wire = breakableLine(scheduler);
    const onMissed = () => assert.fail("something was missed");
    const shared = createSharedChanges({ copies: store.copies, store: hub.join(wire.line), onMissed });
    return { store, wire, ...shared };
  });
  return { hub, servers };
}

type Server = ReturnType<typeof startWorld>["servers"][number];

/** Until it has worked, or the line is cut again. */
async function mergeAgain(server: Server): Promise<void> {
  await server.merge().catch(() => (server.wire.isCut ? undefined : mergeAgain(server)));
}

/** Runs the steps, brings all together, and returns what was acknowledged: worlds, and agents as `world/agent`. */
async function run(steps: readonly Step[], scheduler: fc.Scheduler) {
  const { hub, servers } = startWorld(scheduler);
  const acknowledged = new Set<string>();
  const open: Promise<void>[] = [];
  let agents = 0;

  function change({ store, change }: Server, { type, world }: Extract<Step, { world: string }>) {
    const name = `Agent${agents++}`;
    const make = {
      create: () => void store.createWorld({ name: world }),
      change: () => void store.createAgent(world, { name }),
      delete: () => store.deleteWorld(world),
    }[type];
    const made = type === "create" ? world : `${world}/${name}`;
    return change(world, make).then(
      () => void (type !== "delete" && acknowledged.add(made)),
      (error: unknown) => assert.ok(isFailure(error), String(error)),
    );
  }

  for (const step of steps) {
    if (step.type === "arrive") {
      if (scheduler.count() > 0) await scheduler.waitOne();
    } else if (step.type === "empty") hub.empty();
    else {
      const at = servers[step.server] as Server;
      if ("world" in step) open.push(change(at, step));
      else if (step.type === "cut") at.wire.cut();
      else {
        at.wire.mend();
        open.push(mergeAgain(at));
      }
    }
  }
  for (const { wire } of servers) {
    wire.mend();
    wire.hurry();
  }
  while (scheduler.count() > 0) await scheduler.waitAll();
  await Promise.all(open);
  // Where no line broke, all was heard without it.
  const isWhole = steps.every(({ type }) => type !== "cut" && type !== "empty");
  if (!isWhole) for (const each of [...servers, ...servers]) await each.merge();
  return { hub, servers, acknowledged };
}

function assertOne({ hub, servers }: Awaited<ReturnType<typeof run>>) {
  const held = servers.map(({ store }) => new Map(store.copies.names().map((name) => [name, store.copies.find(name)])));
  assert.deepEqual(held[0], held[1]);
  assert.deepEqual(new Map([...hub.copies].sort()), new Map([...(held[0] ?? [])].sort()));
  const [first, second] = servers.map(({ store }) => store.worlds());
  assert.deepEqual(first, second);
}

const closeAll = ({ servers }: Awaited<ReturnType<typeof run>>) => {
  for (const { store } of servers) store.close();
};

test("R-ANY whatever is changed at once on two servers, however their lines break, both have the same in the end, and all that was acknowledged", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(anyStep(changes), anyStep(changes.slice(0, -1))),
      fc.scheduler(),
      async (steps, scheduler) => {
        const end = await run(steps, scheduler);
        assertOne(end);
        for (const made of end.acknowledged) {
          const [world = "", agent] = made.split("/");
          if (PASSING.includes(world)) continue;
          const { store } = end.servers[0] as Server;
          assert.ok(agent === undefined ? store.world(world) : store.agent(world, agent), `${made} is gone`);
        }
        closeAll(end);
      },
    ),
    { numRuns: 100 },
  ));

test("R-STORE though the store loses all it has, again and again, both have the same in the end, and no world is gone", () =>
  fc.assert(
    fc.asyncProperty(anyStep([...changes, losses]), fc.scheduler(), async (steps, scheduler) => {
      const end = await run(steps, scheduler);
      assertOne(end);
      const names = end.servers[0]?.store.worlds().map(({ name }) => name) ?? [];
      const lasting = LASTING.filter((world) => end.acknowledged.has(world));
      assert.deepEqual(names.filter((name) => lasting.includes(name)).toSorted(), lasting.toSorted());
      closeAll(end);
    }),
    { numRuns: 100 },
  ));
