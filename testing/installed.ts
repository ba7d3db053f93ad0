import { execFileSync } from "node:child_process";

/** For `test(name, { skip: unlessInstalled("nginx", "-v") }, …)`: false where the program is there, else why the test is left out. */
export function unlessInstalled(program: string, ...args: string[]): string | false {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return false;
  } catch {
    return `${program} is not installed`;
  }
}
