import { useRef } from "preact/hooks";
import { blockNodes } from "./block-nodes.ts";
import { type Blocks, createBlocks } from "./blocks.ts";
import "./markdown.css";

/**
 * A text in Markdown, such as a model writes. It becomes elements of ours and never HTML, so nothing in it can run or load anything.
 * While it streams, finished blocks are left alone, and what is begun at its end is shown as what it will be.
 */
export function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  const blocks = useRef<Blocks | undefined>(undefined);
  blocks.current ??= createBlocks();
  return <div class="md">{blockNodes(blocks.current.update(text, streaming))}</div>;
}
