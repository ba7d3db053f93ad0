import type { Outgoing } from "./sse-client.ts";

/** A way to ask for the rest of a stream (PROTOCOL.md, sections 3 and 4). */
export type ResumeForm = {
  /** What it takes for a cursor: a whole event id, or a seq alone. */
  cursor: "id" | "seq";
  request(streamId: string, cursor: string): Outgoing & { path: string };
};

const header = (cursor: string) => ({ headers: { "last-event-id": cursor } });

const id = (request: ResumeForm["request"]): ResumeForm => ({ cursor: "id", request });
const seq = (request: ResumeForm["request"]): ResumeForm => ({ cursor: "seq", request });

/** All of them, by name. */
export const RESUME_FORMS: Readonly<Record<string, ResumeForm>> = {
  "GET with header": id((_stream, cursor) => ({ path: "/chat/streaming", ...header(cursor) })),
  "POST with header": id((_stream, cursor) => ({ path: "/chat/streaming", method: "POST", ...header(cursor) })),
  "path and header": id((stream, cursor) => ({ path: `/chat/streaming/${stream}`, ...header(cursor) })),
  "path and starting_after as a seq": seq((stream, cursor) => ({
    path: `/chat/streaming/${stream}?starting_after=${cursor}`,
  })),
  "path and starting_after as an id": id((stream, cursor) => ({
    path: `/chat/streaming/${stream}?starting_after=${encodeURIComponent(cursor)}`,
  })),
  "GET under /v1": id((_stream, cursor) => ({ path: "/v1/chat/streaming", ...header(cursor) })),
  "path under /v1": seq((stream, cursor) => ({ path: `/v1/chat/streaming/${stream}?starting_after=${cursor}` })),
  "header beside an older query": id((stream, cursor) => ({
    path: `/chat/streaming/${stream}?starting_after=0`,
    ...header(cursor),
  })),
};

/** The request that asks by this form for what follows the event of that seq. */
export const resumeForm = (form: ResumeForm, streamId: string, after: number) =>
  form.request(streamId, form.cursor === "seq" ? String(after) : `${streamId}.0.${after}`);
