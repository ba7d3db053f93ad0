import { ERRORS, type ErrorCode, isRetryable, statusOf, textOf } from "../../protocol/errors.ts";

/** What a client may want to know beyond the text of the error itself. */
const BESIDES: Readonly<Partial<Record<ErrorCode, string>>> = {
  invalid_request: "`message` and `details` say which field, and what is wrong with it.",
  cursor_ahead: "The answer carries `last_seq`, the last event that there is.",
  stream_expired: "An answer is kept for 5 minutes after it ended or was last read.",
  stream_not_found: "It may also be of another kind, or another world, than the path's.",
  rate_limited: "By default it is 600 starts a minute (`CHATWAIT_RATE_LIMIT`).",
  model_cut: "The text that had come so far can still be read.",
  model_timeout: "The text that had come so far can still be read.",
};

const isCode = (word: string): word is ErrorCode => Object.hasOwn(ERRORS, word);

function explained(code: ErrorCode): string {
  const again = isRetryable(code) ? "The same request may well succeed later (`retryable`)." : undefined;
  return [`\`${code}\` (HTTP ${statusOf(code)}): ${textOf(code)}`, BESIDES[code], again].filter(Boolean).join(" ");
}

const STATUS =
  /\b(?:error|status|http|get|got)(?: code)?(?: an?)? ([45]\d\d)$|\bwhat (?:is|does) (?:an? |the )?(?:(?:http|status|error) )*(?:code )?([45]\d\d)(?: error| status)?(?: mean| stand for)?$|^(?:why|when)\b.*\ban? ([45]\d\d)\b/;

/** Explains the error code, or the HTTP status, that a plain sentence names; undefined where it names none. */
export function errorNamed(bare: string): string | undefined {
  const code = bare.match(/\b[a-z]+(?:_[a-z]+)+/g)?.find(isCode);
  if (code) return explained(code);
  const [, ...found] = STATUS.exec(bare) ?? [];
  const status = Number(found.find((part) => part !== undefined));
  const codes = Object.keys(ERRORS)
    .filter(isCode)
    .filter((name) => statusOf(name) === status);
  return codes.length ? codes.map((name) => `- ${explained(name)}`).join("\n") : undefined;
}
