import { type Html, html, page } from "./page.ts";

export type HomePageOptions = {
  /** How the visitor reached us, like `http://127.0.0.1:3000`; it comes from the request, so it is not trusted. */
  baseUrl: string;
  defaultModel: string;
};

/** The page at `/`: what this is, and lines to try in a terminal. */
export function homePage({ baseUrl, defaultModel }: HomePageOptions): string {
  const base = PLAIN_URL.test(baseUrl) ? baseUrl : "http://127.0.0.1:3000";
  return page("ChatWait", body(base, defaultModel));
}

// The lines are made to be pasted into a shell: a Host header with quotes or a $ in it must not come along.
const PLAIN_URL = /^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?$|^https?:\/\/\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

const line = (command: string): Html => html`<pre class="copy" tabindex="0"><code>${command}</code></pre>`;

/** A command that posts JSON, on lines that a phone can show and a shell can read. */
const post = (command: string, json: string): Html =>
  line(`${command} \\\n  -H 'Content-Type: application/json' \\\n  -d '${json}'`);

const body = (base: string, defaultModel: string): Html => html`<main class="frame narrow">
<h1>ChatWait</h1>
<p class="lead">A chat server that never loses a token: wait for the whole answer, or read it as it is written and go on
from the very next token after a cut.</p>
<p>It is running. The model that answers is <code>${defaultModel}</code>. Try it in a terminal; a click selects a whole command.</p>

<h2>Ask, and wait</h2>
${post(`curl ${base}/chat/wait`, '{"message": "Hello! What can you do?"}')}

<h2>Ask, and read along</h2>
${post(`curl -N ${base}/chat/streaming`, '{"message": "Tell me a long story"}')}
<p>Every event has an <code>id</code>. Cut the connection whenever you like: the answer goes on being written.</p>

<h2>Go on after a cut</h2>
${line(`curl -N ${base}/chat/streaming \\\n  -H 'Last-Event-ID: THE_LAST_ID_YOU_SAW'`)}
<p>You get exactly what followed that event, and then whatever is still to come.</p>

<h2>Keep a conversation</h2>
${post(
  `curl ${base}/chat/wait`,
  '{"message": "What is my name?", "context": {"messages": [{"role": "user", "content": "My name is Ada."}]}}',
)}
<p>The conversation is yours: you keep it, and send what matters as <code>context</code>.</p>

<h2>Hear several voices</h2>
${post(`curl -N ${base}/worlds/default/chat`, '{"message": "Should I learn to sail? @Otto, @Vera?"}')}
<p>A world is a room with agents that answer you and one another. It is shared: whoever can reach this server hears what is
said in it. <a href="/worlds">The worlds there are</a>; the first start makes <code>default</code>.</p>

<h2>Everything else</h2>
<p><a href="/docs">The whole interface as a page</a>, <a href="/openapi.json">as an OpenAPI document</a>,
<a href="/models">the models offered</a>, <a href="/metrics">the metrics</a>.</p>
</main>`;
