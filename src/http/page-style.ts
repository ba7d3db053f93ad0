/** The style of our pages. It is named by its hash in the pages' security policy, so it is one fixed text. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --ink: #23262b; --quiet: #62676f; --line: #e4e1db; --sunk: #f3f1ec; --accent: #1d6a63;
  --get: #1d6a63; --post: #8a4b12; --delete: #9b2f3c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #dfe2e5; --quiet: #979da5; --line: #2b3035; --sunk: #1c2024; --accent: #74c7bd;
    --get: #74c7bd; --post: #e0a96d; --delete: #ee929d;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
.frame { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem 6rem; }
.narrow { max-width: 44rem; }
.narrow h2 { font-size: 1.1rem; margin: 2.25rem 0 0.6rem; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 650; text-wrap: balance; }
h1 { font-size: 2rem; letter-spacing: -0.02em; margin: 0 0 0.5rem; }
h2 { font-size: 1.35rem; letter-spacing: -0.01em; margin: 3.5rem 0 0.75rem; }
h3 { font-size: 1.05rem; margin: 0 0 0.35rem; }
h4 { font-size: 0.8rem; color: var(--quiet); margin: 1.5rem 0 0.4rem; }
p { margin: 0 0 0.9rem; max-width: 42rem; }
.lead { font-size: 1.125rem; color: var(--quiet); }
.quiet { color: var(--quiet); }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
a:focus-visible, summary:focus-visible, pre:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px;
}
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.855em; }
code { overflow-wrap: anywhere; }
p code, li code, td code, dd code { background: var(--sunk); border-radius: 4px; padding: 0.1em 0.3em; }
pre {
  background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; margin: 0 0 1rem; padding: 0.8rem 1rem;
  overflow-x: auto; line-height: 1.5; font-size: 0.82rem; tab-size: 2;
}
pre code { font-size: inherit; overflow-wrap: normal; }
pre.copy { user-select: all; -webkit-user-select: all; white-space: pre-wrap; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--quiet); font-size: 0.8rem; }
td:last-child, th:last-child { padding-right: 0; }
td:first-child { white-space: nowrap; }
td:first-child code { overflow-wrap: normal; }
.method { font: 650 0.75rem/1 ui-monospace, Menlo, Consolas, monospace; letter-spacing: 0.04em; }
.get { color: var(--get); } .post { color: var(--post); } .delete { color: var(--delete); }
.operation { border-top: 1px solid var(--line); padding: 1.75rem 0 1rem; min-width: 0; }
.operation h3 { font-size: 1.1rem; }
.path { margin: 0 0 0.9rem; font-size: 0.95rem; }
.path code { font-size: 0.95em; margin-left: 0.5rem; }
details { margin: 0 0 0.6rem; }
details > *:not(summary) { margin-top: 0.5rem; }
summary { cursor: pointer; font-size: 0.9rem; }
summary .status { font-weight: 650; font-variant-numeric: tabular-nums; margin-right: 0.35rem; }
nav ul { list-style: none; margin: 0 0 1.25rem; padding: 0; }
nav li { margin: 0.15rem 0; font-size: 0.875rem; }
nav a { color: inherit; text-decoration: none; display: flex; gap: 0.6rem; padding: 0.1rem 0; }
nav a:hover { color: var(--accent); }
nav .method { width: 3.2rem; flex: none; padding-top: 0.32rem; font-size: 0.68rem; }
nav a :last-child { min-width: 0; overflow-wrap: anywhere; }
nav strong { font-size: 0.8rem; color: var(--quiet); font-weight: 600; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.875rem; }
@media (min-width: 62rem) {
  .with-nav { display: grid; grid-template-columns: 20rem minmax(0, 1fr); gap: 2.5rem; margin-top: 3rem; }
  .with-nav main > h2:first-child { margin-top: 0; }
  .with-nav > nav { position: sticky; top: 2.5rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
@media (max-width: 61.99rem) {
  .with-nav > nav { border: 1px solid var(--line); border-width: 1px 0; margin: 2rem 0; padding-top: 1.25rem; }
}
`;
