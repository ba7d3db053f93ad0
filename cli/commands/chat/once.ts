import { randomUUID } from "node:crypto";
import type { ChatRequest, Client, Stream, StreamEvent } from "../../../client/index.ts";
import { type Call, isOn, textOption } from "../../command.ts";
import { EXIT, errorJson, exitOf, isChatWaitError, usageError } from "../../failures.ts";
import { remark, sayJson } from "../../io.ts";
import { printable } from "../../printable.ts";
import { afterwords, asLost, failureLines, type Outcome, readAnswer, succeeded } from "./answer.ts";
import { resumeCommand } from "./interactive.ts";
import { createPrinter, type Printer } from "./printer.ts";
import { beginStream, type Request, type Session } from "./session.ts";

/** One question, one answer on stdout; nothing else is. @returns the exit code */
export async function askOnce(call: Call, session: Session, question: string): Promise<number> {
  if (isOn(call, "wait") && textOption(call, "save") !== undefined) {
    throw usageError("--save takes the answer from the stream: leave --wait out.");
  }
  if (session.world === undefined && session.sender !== undefined)
    throw usageError("--as is a name in a world: say which with --world.");
  if (isOn(call, "wait")) return waitOnce(call, session, question);
  const printer = printerFor(call, session.world !== undefined);
  const { stream, keep } = session.ask(call.client, question, printer.connection);
  const code = await readOnce(call, session, stream, printer, asLost);
  keep();
  return code;
}

/** Reads a stream that was begun elsewhere, from its beginning or after an event. @returns the exit code */
export async function resumeOnce(call: Call, session: Session, id: string): Promise<number> {
  const printer = printerFor(call, session.world !== undefined);
  const place = session.world === undefined ? call.client.chat : call.client.world(session.world);
  const position = id.includes(".") ? { streamId: id.split(".", 1)[0] ?? id, lastEventId: id } : id;
  return readOnce(call, session, place.resume(position, { onConnection: printer.connection }), printer);
}

/** With `--json` each event is a line as the protocol has it. */
function printerFor(call: Call, named: boolean): Printer {
  if (!call.json) return createPrinter({ io: call.io, out: call.out, err: call.err, named });
  return { take: (event: StreamEvent) => sayJson(call.io, event), connection: () => {}, close: () => {} };
}

async function readOnce(
  call: Call,
  session: Session,
  stream: Stream,
  printer: Printer,
  meaning = (outcome: Outcome): Outcome => outcome,
): Promise<number> {
  const { io } = call;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let interrupts = 0;
  const stop = () => void stream.stop().catch(() => leave());
  const release = io.onSignal("SIGINT", () => {
    if (++interrupts > 1) leave();
    else stop();
  });
  // Nobody reads it any more: it need not be written, either.
  io.readerGone.addEventListener("abort", stop);
  const outcome = meaning(await readAnswer(stream, printer, left));
  release();
  printer.close();
  if (io.readerGone.aborted) return EXIT.ok;
  return conclude(call, outcome, interrupts > 0, resumeCommand(session, stream.id));
}

function conclude(call: Call, outcome: Outcome, interrupted: boolean, resume: string | undefined): number {
  if (interrupted || outcome.type === "left") return EXIT.interrupted;
  if (outcome.type === "done") {
    if (!call.json) for (const line of afterwords(outcome)) remark(call.io, call.err.dim(line));
    return succeeded(outcome) ? EXIT.ok : EXIT.failed;
  }
  tell(call, outcome.error, resume);
  return exitOf(outcome.error);
}

function tell({ io, err, json, url }: Call, error: unknown, resume?: string): void {
  const [first = "", ...rest] = failureLines(error, url, resume);
  if (json) remark(io, JSON.stringify(errorJson(error)));
  else remark(io, err.red(printable(first)), ...rest.map(printable));
}

/** `--wait`: the whole answer at once, over a plain request. Ctrl-C stops it at the server by the key of its start. */
async function waitOnce(call: Call, session: Session, question: string): Promise<number> {
  const { io } = call;
  const idempotencyKey = randomUUID();
  const begun = begin(call, session, question, idempotencyKey);
  let interrupts = 0;
  const { promise: left, resolve: leave } = Promise.withResolvers<"left">();
  const release = io.onSignal("SIGINT", () => {
    if (++interrupts > 1) leave("left");
    else void begun.stop().catch(() => leave("left"));
  });
  try {
    const reply = await Promise.race([begun.reply, left]);
    if (reply === "left") return EXIT.interrupted;
    if (call.json) sayJson(io, reply.json);
    else io.stdout.write(reply.text === "" || reply.text.endsWith("\n") ? reply.text : `${reply.text}\n`);
    if (interrupts > 0) return EXIT.interrupted;
    return reply.reason === "cancelled" ? EXIT.failed : EXIT.ok;
  } catch (error) {
    if (!isChatWaitError(error)) throw error;
    tell(call, error);
    return exitOf(error);
  } finally {
    release();
  }
}

type Reply = { json: unknown; text: string; reason: string };
type Begun = { reply: Promise<Reply>; stop(): Promise<void> };

function begin({ client }: Call, session: Session, question: string, idempotencyKey: string): Begun {
  const request = session.request(question);
  const reply =
    request.world === undefined
      ? chatReply(client, request.body, idempotencyKey)
      : worldReply(client, request, idempotencyKey);
  return { reply, stop: () => attached(beginStream(client, request, { idempotencyKey })) };
}

async function chatReply({ chat }: Client, body: ChatRequest, idempotencyKey: string): Promise<Reply> {
  const answer = await chat.wait(body, { idempotencyKey });
  return { json: answer, text: answer.message.content, reason: answer.reason };
}

async function worldReply(
  client: Client,
  { world, body }: Extract<Request, { world: string }>,
  idempotencyKey: string,
): Promise<Reply> {
  const turn = await client.world(world).wait(body, { idempotencyKey });
  const text = turn.messages.map(({ sender, content }) => `${sender}: ${content}`).join("\n");
  return { json: turn, text, reason: turn.reason };
}

/** The same key leads to the same answer, which can be stopped there. */
async function attached(stream: Stream): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  await stream.stop();
  stream.detach();
}
