import assert from "node:assert/strict";
import { test } from "node:test";
import { finishPart } from "../../testing/scripted-model.ts";
import { faultOf } from "./part.ts";

test("a finish that a gateway calls error or abort is no end of a whole answer", () => {
  const finish = (raw: string) => {
    const part = finishPart();
    assert.ok(part.type === "finish");
    return faultOf({ ...part, finishReason: { unified: "other", raw } })?.code;
  };
  assert.deepEqual(["abort", "aborted", "cancelled"].map(finish), ["model_cut", "model_cut", "model_cut"]);
  assert.equal(finish("error"), "model_error");
  assert.deepEqual(["stop", "length", "eos", "tool_calls"].map(finish), [undefined, undefined, undefined, undefined]);
});
