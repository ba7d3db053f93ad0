import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { anyWorld } from "../testing/any-world.ts";
import { startTestApp, type TestApp } from "../testing/app.ts";
import { runCli } from "../testing/cli-io.ts";
import { runCliProgram, startCli } from "../testing/cli-program.ts";

type Desk = {
  app: TestApp;
  dir: string;
  /** Runs a command in this folder, without a terminal. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** The same, which must go well; what it printed as JSON. */
  json(...args: string[]): Promise<unknown>;
  file(name: string, text: string): void;
  read(name: string): string;
};

async function desk(
  t: TestContext,
  env: Record<string, string> = {},
  cliEnv: Record<string, string> = {},
): Promise<Desk> {
  const app = await startTestApp({ env });
  const dir = mkdtempSync(join(tmpdir(), "chatwait-desk-"));
  t.after(async () => {
    await app.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const run = (...args: string[]) => runCli([...args, "--url", app.url], { cwd: dir, env: cliEnv });
  return {
    ...{ app, dir, run },
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, "--json");
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    },
    file: (name, text) => writeFileSync(join(dir, name), text),
    read: (name) => readFileSync(join(dir, name), "utf8"),
  };
}

const KITCHEN = `name: kitchen
title: A kitchen at night
respond: first
timing:
  stall: 900
agents:
  - name: Mona
    instructions: |
      You are Mona.
      You cook.
  - name: Otto
`;

test("a world is made, shown, changed and deleted with options", async (t) => {
  const { run, json } = await desk(t);
  const made = await json(
    "worlds",
    "create",
    "kitchen",
    "--title",
    "Kitchen",
    "--turn-limit",
    "3",
    "--no-memory",
    "--timing.stall",
    "900",
  );
  assert.deepEqual(made, {
    name: "kitchen",
    turn_limit: 3,
    respond: "everyone",
    memory: false,
    title: "Kitchen",
    timing: { stall: 900 },
  });
  await run(
    "agents",
    "create",
    "kitchen",
    "Mona",
    "--instructions",
    "You are Mona.",
    "--temperature",
    "0.5",
    "--no-streaming",
  );
  assert.deepEqual(await json("agents", "show", "kitchen", "Mona"), {
    name: "Mona",
    streaming: false,
    instructions: "You are Mona.",
    temperature: 0.5,
  });
  const edited = await json(
    "worlds",
    "edit",
    "kitchen",
    "--unset",
    "turn-limit",
    "--unset",
    "timing.stall",
    "--memory",
    "--title",
    "Night",
  );
  assert.deepEqual(edited, { name: "kitchen", turn_limit: 5, respond: "everyone", memory: true, title: "Night" });
  assert.deepEqual(await json("agents", "edit", "kitchen", "Mona", "--unset", "temperature", "--max-tokens", "50"), {
    ...{ name: "Mona", streaming: false, instructions: "You are Mona.", max_tokens: 50 },
  });
  const list = await run("worlds", "list");
  assert.equal(list.stdout, "NAME     ANSWERS   TITLE\ndefault  first     The round table\nkitchen  everyone  Night\n");
  assert.match(
    (await run("worlds", "show", "kitchen")).stdout,
    /^name: kitchen\ntitle: Night\nturn_limit: 5\n[\s\S]*agents:\n {2}- name: Mona/,
  );
  assert.match(
    (await run("agents", "list", "kitchen")).stdout,
    /^NAME {2}MODEL {11}INSTRUCTIONS\nMona {2}\(the server's\) {2}You are Mona\.\n$/,
  );
  assert.deepEqual(await json("agents", "delete", "kitchen", "mona", "--yes"), { deleted: "Mona", world: "kitchen" });
  assert.deepEqual(await json("worlds", "delete", "kitchen", "--yes"), { deleted: "kitchen" });
  assert.equal((await run("worlds", "show", "kitchen")).code, 1);
});

test("what cannot be is told, with its exit code", async (t) => {
  const { run } = await desk(t);
  const cases: [args: string, code: number, stderr: RegExp][] = [
    [
      "worlds create kitchen --respond nobody",
      1,
      /"respond" must be "everyone", "first" or "mentioned"|"respond" must be/,
    ],
    ["worlds create kitchen --turn-limit many", 2, /^--turn-limit must be a whole number; it is "many"\.$/m],
    ["worlds create kitchen --titel x", 2, /There is no option --titel\. Did you mean "--title"\?/],
    ["worlds create", 2, /Use: chatwait worlds create NAME/],
    ["worlds create a b", 2, /"b" is one argument too many/],
    ["worlds create kitchen --title --json", 2, /--title needs a value/],
    ["worlds edit default --title x --unset title", 2, /--title sets a field that --unset title takes back/],
    ["agents create default A --instructions @/dev/zero", 2, /\/dev\/zero cannot be read: it is larger than 16 MiB/],
    ["worlds edit default --unset tilte", 2, /There is no field "tilte" to unset\. Did you mean "title"\?/],
    ["worlds edit default", 2, /set EDITOR/],
    ["worlds delete default", 2, /--yes/],
    ["worlds export", 2, /--all/],
    ["worlds export nowhere", 1, /There is no world "nowhere"/],
    ["worlds import none.yaml", 2, /none\.yaml cannot be read: there is no such file or folder\./],
    ["agents list nowhere", 1, /no world/],
    ["agents create default Hanna", 1, /already/],
    ["agents edit default Hanna --model none:x", 1, /does not offer the model "none:x"/],
    ["agents", 2, /Use: chatwait agents list\|show\|create/],
  ];
  for (const [args, code, stderr] of cases) {
    const result = await run(...args.split(" "));
    assert.deepEqual([result.code, result.stdout], [code, ""], args);
    assert.match(result.stderr, stderr, args);
  }
  const { stderr } = await run("worlds", "create", "kitchen", "--respond", "nobody", "--json");
  const error = JSON.parse(stderr);
  assert.deepEqual([error.error_code, error.status, error.details.length], ["invalid_request", 400, 1]);
});

test("an import makes what the file says, tells what it changed, and changes nothing the second time", async (t) => {
  const { run, file, json } = await desk(t);
  file("kitchen.yaml", KITCHEN);
  const dry = await run("worlds", "import", "kitchen.yaml", "--dry-run");
  assert.deepEqual([dry.code, dry.stdout], [0, "+ world kitchen\n+ agent kitchen/Mona\n+ agent kitchen/Otto\n"]);
  assert.equal((await run("worlds", "show", "kitchen")).code, 1, "a dry run changes nothing");
  assert.equal((await run("worlds", "import", "kitchen.yaml")).stdout, dry.stdout);
  assert.deepEqual(await run("worlds", "import", "kitchen.yaml"), {
    code: 0,
    stdout: "",
    stderr: "Nothing to change: kitchen as in the file.\n",
  });
  file(
    "kitchen.yaml",
    KITCHEN.replace("You cook.", "You bake.").replace("title: A kitchen at night\n", "turn_limit: 3\n"),
  );
  assert.equal(
    (await run("worlds", "import", "kitchen.yaml")).stdout,
    "~ world kitchen: title, turn_limit\n~ agent kitchen/Mona: instructions\n",
  );
  const world = (await json("worlds", "show", "kitchen")) as { title?: string; agents: { instructions?: string }[] };
  assert.deepEqual([world.title, world.agents[0]?.instructions], [undefined, "You are Mona.\nYou bake.\n"]);
});

test("agents that the file does not name stay, unless --prune; their order becomes the file's", async (t) => {
  const { run, file, json } = await desk(t);
  file("kitchen.yaml", KITCHEN);
  await run("worlds", "import", "kitchen.yaml");
  file("kitchen.yaml", "name: KITCHEN\nagents: [{name: Otto}, {name: Vera}]\n");
  const kept = await run("worlds", "import", "kitchen.yaml");
  assert.match(kept.stderr, /Not in the file, and left in kitchen: Mona\. --prune would delete them\./);
  const pruned = await run("worlds", "import", "kitchen.yaml", "--prune");
  assert.equal(pruned.stdout, "- agent kitchen/Mona\n");
  file("kitchen.yaml", "name: kitchen\nagents: [{name: Vera}, {name: Otto}]\n");
  assert.match(
    (await run("worlds", "import", "kitchen.yaml")).stdout,
    /^- agent kitchen\/Otto \(made again below.*\n\+ agent kitchen\/Otto\n$/,
  );
  const { agents } = (await json("worlds", "show", "kitchen")) as { agents: { name: string }[] };
  assert.deepEqual(
    agents.map(({ name }) => name),
    ["Vera", "Otto"],
  );
  file("kitchen.yaml", "name: kitchen\n");
  assert.match(
    (await run("worlds", "import", "kitchen.yaml", "--prune")).stderr,
    /Nothing to change/,
    "a file without a list leaves agents alone",
  );
});

test("where one file has a fault, nothing of any is changed", async (t) => {
  const { run, file } = await desk(t);
  file("a.yaml", "name: a\n");
  file("b.yaml", "name: b\nagents:\n  - nam: x\n");
  const { code, stdout, stderr } = await run("worlds", "import", "a.yaml", "b.yaml");
  assert.deepEqual([code, stdout, stderr], [2, "", 'b.yaml:3:5: Unknown field "nam". Did you mean "name"?\n']);
  assert.equal((await run("worlds", "show", "a")).code, 1);
  file("b.yaml", "name: A\n");
  assert.match((await run("worlds", "import", "a.yaml", "b.yaml")).stderr, /b\.yaml: the world A comes twice\./);
});

test("what the server would refuse in the middle of an import is told before anything is changed", async (t) => {
  const { run, file, json } = await desk(t);
  const crowd = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `  - name: a${from + index}\n`).join("");
  file("crowd.yaml", `name: crowd\nagents:\n${crowd(0, 51)}`);
  const many = await run("worlds", "import", "crowd.yaml");
  const told = "crowd.yaml:53:5: A world has at most 50 agents; these are 51.\n";
  assert.deepEqual([many.code, many.stdout, many.stderr], [2, "", told]);
  file("model.yaml", "name: model\nagents:\n  - name: A\n  - name: B\n    model: nope:x\n");
  const model = await run("worlds", "import", "model.yaml");
  assert.deepEqual([model.code, model.stdout], [1, ""]);
  assert.match(model.stderr, /^model\/B: this server does not offer the model "nope:x"\. .* Nothing was changed\.\n$/);
  assert.deepEqual(((await json("worlds", "list")) as { worlds: unknown[] }).worlds.length, 1);
  file("crowd.yaml", `name: crowd\nagents:\n${crowd(0, 30)}`);
  assert.equal((await run("worlds", "import", "crowd.yaml")).code, 0);
  file("more.yaml", `name: crowd\nagents:\n${crowd(30, 30)}`);
  const more = await run("worlds", "import", "more.yaml");
  assert.deepEqual([more.code, more.stdout], [1, ""]);
  assert.match(more.stderr, /^crowd would have 60 agents; 50 is the most\. Nothing was changed\./);
  assert.equal((await run("worlds", "import", "more.yaml", "--prune")).code, 0);
  file("agents.yaml", crowd(60, 21).replaceAll("  - ", "---\n"));
  assert.match((await run("agents", "import", "crowd", "agents.yaml")).stderr, /^crowd would have 51 agents/);
});

test("a table has a row for each world, whatever its title", async (t) => {
  const { run } = await desk(t);
  await run("worlds", "create", "kit", "--title", "a\nb\tc");
  assert.match((await run("worlds", "list")).stdout, /^kit {6}everyone {2}a b c$/m);
});

test("an export goes to a file, YAML or JSON by its name, and every world into one", async (t) => {
  const { run, json, file, read } = await desk(t);
  assert.ok(Array.isArray(await json("worlds", "export", "--all")), "a list, also of one");
  file("kitchen.yaml", KITCHEN);
  await run("worlds", "import", "kitchen.yaml");
  await run("worlds", "export", "kitchen", "--file", "out.yaml");
  assert.equal(read("out.yaml").replace(/^#.*\n/gm, ""), KITCHEN);
  await run("worlds", "export", "kitchen", "--file", "out.json");
  assert.equal(JSON.parse(read("out.json")).agents.length, 2);
  await run("worlds", "export", "--all", "--file", "all.yaml");
  assert.match(
    (await run("worlds", "import", "all.yaml", "out.json".replace("out", "none"))).stderr,
    /none\.json cannot be read/,
  );
  assert.match((await run("worlds", "import", "all.yaml")).stderr, /Nothing to change: default, kitchen/);
  await run("agents", "export", "kitchen", "Mona", "--file", "mona.yaml");
  assert.equal(
    read("mona.yaml").replace(/^#.*\n/gm, ""),
    "name: Mona\ninstructions: |\n  You are Mona.\n  You cook.\n",
  );
  file("mona.yaml", read("mona.yaml").replace("You cook", "You bake"));
  assert.equal((await run("agents", "import", "kitchen", "mona.yaml")).stdout, "~ agent kitchen/Mona: instructions\n");
  assert.match((await run("agents", "import", "kitchen", "mona.yaml")).stderr, /Nothing to change/);
});

test("whatever a world is: exported, deleted and imported it is the same, and a second import changes nothing", async (t) => {
  const { run, json, file, read } = await desk(t);
  const worlds = fc.sample(anyWorld, { numRuns: 8, seed: 4 });
  for (const [index, world] of worlds.entries()) {
    const { agents = [], ...fields } = world;
    const wanted = { ...fields, name: `w${index}`, agents: agents.map(({ model: _, ...agent }) => agent) };
    file("in.json", JSON.stringify(wanted));
    assert.equal((await run("worlds", "import", "in.json")).code, 0);
    const made = await json("worlds", "show", `w${index}`);
    for (const name of ["out.yaml", "out.json"]) {
      await run("worlds", "export", `w${index}`, "--file", name);
      const text = read(name);
      await run("worlds", "delete", `w${index}`, "--yes");
      await run("worlds", "import", name);
      assert.deepEqual(await json("worlds", "show", `w${index}`), made);
      assert.deepEqual(((await json("worlds", "import", name, "--prune")) as { worlds: unknown[] }).worlds, [
        { world: `w${index}`, steps: [], left: [] },
      ]);
      await run("worlds", "export", `w${index}`, "--file", name);
      assert.equal(read(name), text);
    }
  }
});

test("edit without options opens the editor, and applies what was changed", async (t) => {
  const { app, dir } = await desk(t);
  const edit = (editor: string, ...args: string[]) =>
    runCliProgram(t, args, { url: app.url, env: { EDITOR: editor }, cwd: dir });
  assert.deepEqual(await edit("sed -i s/optimist/pessimist/", "worlds", "edit", "default"), {
    code: 0,
    stdout: "~ agent default/Otto: instructions\n",
    stderr: "",
  });
  assert.equal((await edit("true", "worlds", "edit", "default")).stderr, "Nothing was changed.\n");
  assert.deepEqual(
    (await edit("sed -i s/sceptic/believer/", "agents", "edit", "default", "vera")).stdout,
    "~ agent default/Vera: instructions\n",
  );
  const wrong = await edit("sed -i s/title:/titel:/", "worlds", "edit", "default");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Did you mean "title"\?\nNothing was changed\. Your text is in (.+)\n$/);
  const kept = /Your text is in (.+)\n$/.exec(wrong.stderr)?.[1] ?? "";
  assert.match(readFileSync(kept, "utf8"), /^titel: /m);
  rmSync(join(kept, ".."), { recursive: true });
  assert.match(
    (await edit("sed -i s/^name:.*/name:\\ other/", "worlds", "edit", "default")).stderr,
    /name of a world cannot be changed/,
  );
  assert.match(
    (await edit("false", "worlds", "edit", "default")).stderr,
    /The editor \(false\) ended with 1; nothing was changed/,
  );
});

test("at a terminal, deleting asks first", async (t) => {
  const { app } = await desk(t);
  for (const [answer, code] of [
    ["n\r", 1],
    ["\r", 1],
    ["\u0004", 1],
    ["\u0003", 130],
    ["y\r", 0],
  ] as const) {
    const cli = startCli(t, ["worlds", "delete", "default"], { url: app.url, terminal: true });
    await cli.shows("Delete the world default and its 3 agents? [y/N] ");
    cli.write(answer);
    assert.equal((await cli.ended).code, code);
    if (code > 0) assert.match(cli.stdout, /\n\S*Nothing was deleted\./);
  }
  assert.equal((await runCliProgram(t, ["worlds", "list", "--json"], { url: app.url })).stdout, '{"worlds":[]}\n');
});

test("where worlds cannot be edited, that is said", async (t) => {
  const { run, json } = await desk(t, { CHATWAIT_WORLD_EDITING: "false" });
  const { code, stderr } = await run("worlds", "create", "kitchen");
  assert.equal(code, 1);
  assert.match(stderr, /CHATWAIT_WORLD_EDITING=true/);
  assert.match((await run("worlds", "export", "default")).stderr, /No agent of default has instructions/);
  assert.equal(((await json("worlds", "list")) as { worlds: unknown[] }).worlds.length, 1);
});
