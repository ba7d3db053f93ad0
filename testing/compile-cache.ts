import { fileURLToPath } from "node:url";

/** Where Node keeps what it has compiled, as `npm test` has it too: the next start of a program then costs half. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/chatwait-compiled", import.meta.url)),
};
