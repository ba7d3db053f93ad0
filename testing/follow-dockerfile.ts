import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Copy, type Instruction, DockerfileParser as parser } from "dockerfile-ast";

const run = promisify(execFile);

/** What a Dockerfile makes: the working folder of its last stage, and the environment of its command. */
export type Image = { folder: string; env: Record<string, string> };

/** The stage that is being followed: its root, in place of the image's, and where it works. */
type Stage = Image & { root: string };

/**
 * Does what a Dockerfile of the project at `context` says, without a container: each stage is a folder below `into`, and absolute
 * paths lie in it. What cannot be done so is left out: changing owners, and installing again what is installed in `context`.
 */
export async function followDockerfile(text: string, context: string, into: string): Promise<Image> {
  const stages = new Map<string, Stage>();
  let stage: Stage = { root: into, folder: into, env: {} };
  for (const instruction of parser.parse(text).getInstructions()) {
    const words = instruction.getArguments().map((word) => word.getValue());
    switch (instruction.getKeyword()) {
      case "FROM":
        stage = { root: join(into, String(stages.size)), folder: into, env: { PATH: process.env["PATH"] ?? "" } };
        stages.set(words[2] ?? String(stages.size), stage);
        break;
      case "WORKDIR":
        stage.folder = join(stage.root, words[0] ?? "");
        mkdirSync(stage.folder, { recursive: true });
        break;
      case "ENV":
        for (const word of words) setVariable(stage, word);
        break;
      case "COPY":
        await copyAll(words, stages.get((instruction as Copy).getFromFlag()?.getValue() ?? "")?.root, stage, context);
        break;
      case "RUN":
        await runIn(stage, commandOf(instruction), context);
    }
  }
  return stage;
}

function setVariable({ root, env }: Stage, word: string): void {
  const [name = "", value = ""] = word.split("=");
  env[name] = value.startsWith("/") ? join(root, value) : value;
}

async function copyAll(words: string[], from: string | undefined, stage: Stage, context: string): Promise<void> {
  const target = words.at(-1) ?? "";
  const to = join(target.startsWith("/") ? stage.root : stage.folder, target);
  const sources = words.slice(0, -1);
  for (const path of sources) {
    if (from === undefined && path === ".") await copyContext(context, to);
    else cpSync(join(from ?? context, path), sources.length > 1 ? join(to, path) : to, { recursive: true });
  }
}

/** All that git knows of: what .dockerignore leaves out is what .gitignore does. */
async function copyContext(context: string, to: string): Promise<void> {
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", listing, { cwd: context, maxBuffer: 1 << 24 });
  for (const file of stdout.split("\0").filter(Boolean)) cpSync(join(context, file), join(to, file));
}

/** A command without the flags that are for the builder. */
const commandOf = (instruction: Instruction): string =>
  (instruction.getArgumentsContent() ?? "").replace(/^(?:--\S+ )*/, "");

const ALL_THAT_IS_LOCKED = "npm ci --ignore-scripts";

async function runIn({ root, folder, env }: Stage, command: string, context: string): Promise<void> {
  if (command === ALL_THAT_IS_LOCKED) return symlinkSync(join(context, "node_modules"), join(folder, "node_modules"));
  const here = command.replace(/ && chown .*/, "").replaceAll(/ \/(?=\w)/g, ` ${root}/`);
  await run("sh", ["-c", here], { cwd: folder, env: { ...process.env, ...env } });
}
