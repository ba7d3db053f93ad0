import { render } from "preact";
import { App } from "./app.tsx";
import { followBrowser } from "./state/page.ts";
import { followRoute } from "./state/route.ts";
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
}
