import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkOf, docBlocks } from "./doc-blocks.ts";

const DOCUMENT = `# A title

\`\`\`sh runnable
curl localhost:3000/healthz
\`\`\`

\`\`\`json output
{"status":"ok"}
\`\`\`

1. In a list:

   \`\`\`ts
   let x = 1;
   \`\`\`

\`\`\`nginx file=deploy/nginx.conf
proxy_buffering off;
\`\`\`

\`\`\`json post=/chat/wait
{}
\`\`\`

    indented
`;

describe("docBlocks", () => {
  const blocks = docBlocks(DOCUMENT);

  it("finds each block with its language, words and line, also inside a list", () => {
    assert.deepEqual(
      blocks.map(({ language, line }) => [language, line]),
      [
        ["sh", 3],
        ["ts", 13],
        ["nginx", 17],
        ["json", 21],
        ["", 25],
      ],
    );
    assert.equal(blocks[1]?.text, "let x = 1;");
    assert.equal(blocks[2]?.options.get("file"), "deploy/nginx.conf");
  });

  it("joins an output to the block above it", () => {
    assert.deepEqual(blocks[0]?.output, { format: "json", text: '{"status":"ok"}' });
  });

  it("knows what to do with each, and that a block without a word has no check", () => {
    assert.deepEqual(blocks.map(checkOf), ["run-shell", "types", "file", "post", undefined]);
    assert.equal(checkOf(docBlocks("```sh\nls\n```")[0] as never), undefined);
    assert.equal(checkOf(docBlocks("```sh shown\nls\n```")[0] as never), "shell-syntax");
    assert.equal(checkOf(docBlocks("```text test=a.test.ts\n1\n```")[0] as never), "test");
    assert.equal(checkOf(docBlocks("```ts runnable\n1\n```")[0] as never), "run-program");
  });
});
