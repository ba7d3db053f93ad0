import type { ErrorCode } from "../../protocol/errors.ts";

/** As much of OpenAPI 3.1 as our document uses: https://spec.openapis.org/oas/v3.1.1 */

export type JsonSchema = { [key: string]: unknown };
export type MediaType = { schema?: JsonSchema; example?: unknown; examples?: Record<string, Example> };
export type Example = { summary?: string; value: unknown };
export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description: string;
  schema: JsonSchema;
  example?: string;
};
export type Header = { description: string; schema: JsonSchema };
export type ResponseObject = {
  description: string;
  headers?: Record<string, Header>;
  content?: Record<string, MediaType>;
};
export type OperationObject = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, MediaType> };
  responses: Record<string, ResponseObject>;
  "x-codeSamples": { lang: string; source: string }[];
};
export type ErrorEntry = {
  error_code: ErrorCode;
  status: number;
  message: string;
  retryable: boolean;
  /** Ids of the operations where it can occur; `["*"]`: anywhere; empty: planned. */
  operations: string[];
};
export type OpenApiDocument = {
  openapi: string;
  info: { title: string; version: string; summary: string; description: string; license: { name: string } };
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, JsonSchema> };
  "x-error-codes": ErrorEntry[];
};
