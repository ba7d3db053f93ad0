/** `chatwait/ai-sdk`: a transport for the AI SDK's `useChat` (docs/ai-sdk.md). */
export { senderOf } from "./metadata.ts";
export type { PositionStorage } from "./positions.ts";
export { conversationOf } from "./request.ts";
export { type ChatWaitTransport, createChatTransport } from "./transport.ts";
export type { AnswerMetadata, Asked, ChatTransportOptions, ChatWaitUIMessage, Notice } from "./types.ts";
