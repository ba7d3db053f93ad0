import { flushCompileCache } from "node:module";

// Loaded before a program of a test: one that is killed would leave nothing behind for the next to start from.
const STARTED_MS = 1000;
setTimeout(flushCompileCache, STARTED_MS).unref();
