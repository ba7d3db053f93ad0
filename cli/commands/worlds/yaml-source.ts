import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import type { ErrorDetail } from "../../../src/protocol/errors.ts";
import { fileError } from "../../failures.ts";

/** A value of a file, with the way back to the line that it stands on. */
export type Sourced = {
  value: unknown;
  /** The keys that lead to something in it, and `file:line:column` of that; of an unknown key, where the key stands. */
  place(path: readonly (string | number)[]): string;
};

/**
 * Reads YAML or JSON, which YAML contains: one value for each document, and for each entry of a list at the top.
 * @throws CliError `invalid_file` that names each place that cannot be read
 */
export function readSource(text: string, file: string): Sourced[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const read = Array.isArray(documents) ? documents : [];
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const faults = read
    .flatMap((document) => document.errors)
    .map(({ pos, message }) => `${at(pos[0])}: ${sentence(message)}`);
  if (faults.length > 0) refuse(faults);
  return read.flatMap((document) => valuesOf(document, at, file));
}

function valuesOf(document: Document.Parsed, at: (offset: number) => string, file: string): Sourced[] {
  const value = resolved(document, file);
  const top = document.contents;
  if (value === null || value === undefined) return [];
  const place = (path: readonly (string | number)[]) => at(offsetOf(top, path));
  if (!Array.isArray(value)) return [{ value, place }];
  return value.map((entry: unknown, index) => ({ value: entry, place: (path) => place([index, ...path]) }));
}

/** Anchors and aliases are followed only here; too many of them are refused. */
function resolved(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw fileError(`${file}: ${sentence((error as Error).message)}`);
  }
}

function offsetOf(top: unknown, path: readonly (string | number)[]): number {
  let node = top;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    const [found, place] = child(node, key);
    offset = startOf(place) ?? offset;
    node = found;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** What stands under a key, and the node to point at: of a map the key, of a list the entry. */
function child(node: unknown, key: string | number): [found: unknown, place: unknown] {
  if (isSeq(node)) return [node.items[Number(key)], node.items[Number(key)]];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key));
  return [pair?.value, pair?.key as Node | undefined];
}

/** @throws CliError `invalid_file` with the first fault as its message, and all as details */
export function refuse(faults: readonly string[]): never {
  const details = faults.map((message): ErrorDetail => ({ path: "", message }));
  const [first = "The file cannot be used."] = faults;
  throw fileError(first, details);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.\s]*$/, ".");
