import { fieldTable, inline, scrollTable, typeOf } from "./docs-tables.ts";
import type {
  ErrorEntry,
  JsonSchema,
  MediaType,
  OpenApiDocument,
  OperationObject,
  Parameter,
  ResponseObject,
} from "./openapi/types.ts";
import { type Html, html, page } from "./page.ts";

/** The OpenAPI document as a page for people; it needs neither script nor another host. */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags } = document;
  const operations = operationsOf(document);
  return page(
    `${info.title} — interface`,
    html`<div class="frame">
<header>
<h1>${info.title}</h1>
<p class="lead">${info.summary}. Version ${info.version}.</p>
<p>${inline(info.description)}</p>
<p class="quiet">Every path also stands under <code>/v1</code>. The same as data: <a href="/openapi.json">openapi.json</a>.</p>
</header>
<div class="with-nav">
${contents(tags, operations)}
<main>
${tags.map(
  ({ name, description }) => html`<h2 id="${anchor(name)}">${name}</h2>
<p class="quiet">${description}</p>
${operations.filter(({ operation }) => operation.tags.includes(name)).map(operationSection)}`,
)}
${eventsSection(document)}
${schemasSection(document)}
${errorsSection(document["x-error-codes"])}
</main>
</div>
</div>`,
  );
}

type Listed = { method: string; path: string; operation: OperationObject };

const operationsOf = ({ paths }: OpenApiDocument): Listed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );

const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");

const methodLabel = (method: string): Html => html`<span class="method ${method}">${method.toUpperCase()}</span>`;

const contents = (tags: OpenApiDocument["tags"], operations: Listed[]): Html => html`<nav aria-label="Contents">
${tags.map(
  ({ name }) => html`<strong>${name}</strong>
<ul>${operations
    .filter(({ operation }) => operation.tags.includes(name))
    .map(
      ({ method, path, operation }) =>
        html`<li><a href="#${operation.operationId}">${methodLabel(method)}<span>${path}</span></a></li>`,
    )}</ul>`,
)}
<strong>Reference</strong>
<ul><li><a href="#events">Events</a></li><li><a href="#schemas">Objects</a></li><li><a href="#errors">Errors</a></li></ul>
</nav>`;

const operationSection = ({
  method,
  path,
  operation,
}: Listed): Html => html`<section class="operation" id="${operation.operationId}">
<h3>${operation.summary}</h3>
<p class="path">${methodLabel(method)}<code>${path}</code></p>
<p>${inline(operation.description)}</p>
<pre class="copy" tabindex="0"><code>${operation["x-codeSamples"].map(({ source }) => source).join("\n")}</code></pre>
${operation.parameters ? parameterTable(operation.parameters) : html``}
${operation.requestBody ? requestBody(operation.requestBody.content) : html``}
<h4>Answers</h4>
${Object.entries(operation.responses).map(([status, response]) => responseEntry(status, response))}
</section>`;

const parameterTable = (parameters: Parameter[]): Html => html`<h4>Parameters</h4>
${scrollTable(
  ["Name", "In", "Meaning"],
  parameters.map((parameter) => [
    html`<code>${parameter.name}</code>`,
    html`${parameter.in}${parameter.required ? ", required" : ""}`,
    inline(parameter.description),
  ]),
)}`;

const requestBody = (content: Record<string, MediaType>): Html => html`<h4>Body</h4>
${Object.entries(content).map(
  ([type, { schema, example }]) => html`<p><code>${type}</code>, ${typeOf(schema ?? {})}</p>
<pre tabindex="0"><code>${asText(example)}</code></pre>`,
)}`;

function responseEntry(status: string, { description, headers, content }: ResponseObject): Html {
  const named = Object.entries(headers ?? {}).map(
    ([name, header]) => html`<li><code>${name}</code>: ${inline(header.description)}</li>`,
  );
  const label = status === "default" ? "else" : status;
  return html`<details><summary><span class="status">${label}</span> ${inline(description)}</summary>
${named.length ? html`<ul>${named}</ul>` : html``}
${Object.entries(content ?? {}).map(([type, media]) => mediaEntry(type, media))}
</details>`;
}

const mediaEntry = (type: string, { schema, example, examples }: MediaType): Html =>
  examples
    ? html`<ul>${Object.entries(examples).map(([code, { summary }]) => html`<li>${errorLink(code)}: ${summary ?? ""}</li>`)}</ul>`
    : html`<p><code>${type}</code>, ${typeOf(schema ?? {})}</p>
<pre tabindex="0"><code>${asText(example)}</code></pre>`;

const errorLink = (code: string): Html => html`<a href="#error-${code}"><code>${code}</code></a>`;

const asText = (example: unknown): string => (typeof example === "string" ? example : JSON.stringify(example, null, 2));

const isEvent = (name: string): boolean => name.endsWith("Event") && name !== "StreamEvent";

const eventsSection = ({ components }: OpenApiDocument): Html => html`<h2 id="events">Events</h2>
<p>A stream sends these as server-sent events: the name of the event is its <code>type</code>, its data one line of JSON, its
id the cursor to go on from. The last one is always <code>done</code> or <code>error</code>; a connection that ends without
it was cut.</p>
${Object.entries(components.schemas)
  .filter(([name]) => isEvent(name))
  .map(([name, schema]) => schemaSection(name, eventType(schema), schema))}`;

const eventType = (schema: JsonSchema): string =>
  String((schema["properties"] as Record<string, JsonSchema> | undefined)?.["type"]?.["const"]);

const schemasSection = ({ components }: OpenApiDocument): Html => html`<h2 id="schemas">Objects</h2>
${Object.entries(components.schemas)
  .filter(([name]) => !name.endsWith("Event"))
  .map(([name, schema]) => schemaSection(name, name, schema))}`;

function schemaSection(id: string, title: string, schema: JsonSchema): Html {
  const [example] = (schema["examples"] as unknown[] | undefined) ?? [];
  return html`<section class="operation" id="schema-${id}">
<h3><code>${title}</code></h3>
${typeof schema["description"] === "string" ? html`<p>${inline(schema["description"])}</p>` : html``}
${fieldTable(schema)}
${example === undefined ? html`` : html`<pre tabindex="0"><code>${JSON.stringify(example)}</code></pre>`}
</section>`;
}

const errorsSection = (errors: ErrorEntry[]): Html => html`<h2 id="errors">Errors</h2>
<p>Every error has the same body, on every path. The text says what was wrong and how to mend it; programs look at the code.</p>
${scrollTable(
  ["Code", "Status", "Text", "Where"],
  errors.map(({ error_code, status, message, retryable, operations }) => [
    html`<code id="error-${error_code}">${error_code}</code>`,
    html`${status}`,
    html`${message}${retryable ? html` <span class="quiet">Worth a retry.</span>` : html``}`,
    whereOf(operations),
  ]),
)}`;

function whereOf(operations: string[]): Html {
  if (operations.length === 0) return html`<span class="quiet">not in this version</span>`;
  if (operations[0] === "*") return html`anywhere`;
  return html`${operations.map((id) => html`<a href="#${id}">${id}</a> `)}`;
}
