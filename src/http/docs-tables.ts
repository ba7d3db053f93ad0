import type { JsonSchema } from "./openapi/types.ts";
import { type Html, html } from "./page.ts";

/** Schemas as tables and words, for the page of the interface. */

/** Text in which `backticks` mark code. */
export const inline = (text: string): Html =>
  html`${text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : html`${part}`))}`;

/** A table that scrolls in itself on a narrow screen. */
export const scrollTable = (head: string[], rows: Html[][]): Html => html`<div class="scroll" tabindex="0"><table>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;

/** The fields of an object schema. */
export function fieldTable(schema: JsonSchema): Html {
  const properties = Object.entries((schema["properties"] as Record<string, JsonSchema> | undefined) ?? {});
  const required = (schema["required"] as string[] | undefined) ?? [];
  if (properties.length === 0) return html``;
  return scrollTable(
    ["Field", "Type", "Meaning"],
    properties.map(([name, field]) => [
      html`<code>${name}</code>${required.includes(name) ? html`` : html` <span class="quiet">optional</span>`}`,
      typeOf(field),
      html`${inline(meaningOf(field))}${innerFields(notNull(field))}`,
    ]),
  );
}

/** A field that may be null besides: what else it may be. */
function notNull(schema: JsonSchema): JsonSchema {
  const one = (schema["anyOf"] as JsonSchema[] | undefined)?.find(({ type }) => type !== "null");
  return one ? notNull(one) : schema;
}

const meaningOf = (field: JsonSchema): string => String(field["description"] ?? notNull(field)["description"] ?? "");

/** The fields of an object that has no name of its own. */
function innerFields(schema: JsonSchema): Html {
  const items = schema["items"] as JsonSchema | undefined;
  const properties = (schema["properties"] ?? items?.["properties"]) as Record<string, JsonSchema> | undefined;
  if (!properties) return html``;
  const fields = Object.entries(properties).map(
    ([name, field]) => html`<li><code>${name}</code> ${typeOf(field)}${innerMeaning(field)}</li>`,
  );
  return html`<ul>${fields}</ul>`;
}

function innerMeaning(field: JsonSchema): Html {
  const meaning = meaningOf(field);
  return meaning === "" ? html`` : html`. ${inline(meaning)}`;
}

/** What a schema is, in words: `string, 1 to 32000 characters`. */
export function typeOf(field: JsonSchema): Html {
  const schema = notNull(field);
  const { $ref, type, enum: values, const: only, items } = schema;
  if (typeof $ref === "string") {
    const name = $ref.split("/").at(-1) ?? "";
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (Array.isArray(values)) return html`${(values as string[]).map((value) => html`<code>${value}</code> `)}`;
  if (only !== undefined) return html`<code>${String(only)}</code>`;
  if (items) return html`list of ${itemsOf(items as JsonSchema)}${limits(schema)}`;
  const [name] = Array.isArray(type) ? (type as string[]).filter((one) => one !== "null") : [type];
  return html`${String(schema["format"] ?? name ?? "any")}${limits(schema)}`;
}

function itemsOf(items: JsonSchema): Html {
  if (items["$ref"]) return typeOf(items);
  return items["type"] === "string" ? html`strings` : html`objects`;
}

function limits(schema: JsonSchema): string {
  const [low, high, unit] =
    schema["type"] === "array"
      ? [schema["minItems"], schema["maxItems"], ""]
      : [schema["minLength"] ?? schema["minimum"], schema["maxLength"] ?? schema["maximum"], unitOf(schema)];
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}${unit}`;
  if (high !== undefined) return `, at most ${high}${unit}`;
  return low === undefined || low === 0 ? "" : `, from ${low}${unit}`;
}

const unitOf = (schema: JsonSchema): string => (schema["type"] === "string" ? " characters" : "");
