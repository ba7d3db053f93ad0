import assert from "node:assert/strict";
import { test } from "node:test";
import { cliIo } from "../../../testing/cli-io.ts";
import { palette } from "../../colours.ts";
import { createPrinter } from "./printer.ts";

test("how a message was cut off is told, and the model is blamed only for what it did", () => {
  const told = (reason: "error" | "timeout" | "length", error_code?: string) => {
    const cli = cliIo();
    const colours = palette(false);
    const printer = createPrinter({ io: cli.io, out: colours, err: colours, named: false });
    printer.take({ type: "message_start", seq: 1, message_id: "m", role: "assistant", sender: "assistant" } as never);
    printer.take({ type: "token", seq: 2, message_id: "m", text: "Half" } as never);
    printer.take({ type: "message_end", seq: 3, message_id: "m", reason, error_code } as never);
    assert.equal(cli.stdout, "Half\n");
    return cli.stderr;
  };
  assert.equal(told("error", "model_cut"), "(cut off: the model failed)\n");
  assert.equal(told("error"), "(cut off: the model failed)\n");
  assert.equal(told("error", "shutting_down"), "(cut off)\n");
  assert.equal(told("timeout", "model_timeout"), "(cut off: the model took too long)\n");
});

test("of an outage it is told that the connection broke and what the server says, each once, and of the next one again", () => {
  const cli = cliIo();
  const colours = palette(false);
  const { connection } = createPrinter({ io: cli.io, out: colours, err: colours, named: false });
  const fails = (attempt: number, cause: string) => {
    connection({ status: "waiting", attempt, retryInMs: 300, cause });
    connection({ status: "connecting", attempt: attempt + 1 });
  };
  const away = "The store is away or full. Try again shortly.";
  fails(1, away);
  fails(2, away);
  const first = `(waiting: ${away})\n`;
  assert.equal(cli.stderr, first);
  connection({ status: "open" });
  fails(1, "The connection was cut.");
  fails(2, away);
  fails(3, "The server could not be reached.");
  fails(4, away);
  assert.equal(
    cli.stderr.slice(first.length),
    `(connection lost, reconnecting …)\n(waiting: ${away})\n(waiting: The server could not be reached.)\n`,
  );
});
