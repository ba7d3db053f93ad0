import { render } from "preact";
import { App } from "./app.tsx";
import { followBrowser } from "./state/page.ts";
import { followRoute } from "./state/route.ts";
import { focusComposer } from "./view/focus.ts";
import { followKeys } from "./view/keys.ts";
import { followTitle } from "./view/title.ts";
import "./style/index.css";

const root = document.getElementById("app");
if (root) {
  followRoute(window);
  followBrowser(window);
  followKeys(document);
  followTitle(document);
  render(<App />, root);
  // Where there is a keyboard, one can write at once; on a phone the keys would cover the page.
  if (matchMedia("(hover: hover) and (pointer: fine)").matches) focusComposer();
}
