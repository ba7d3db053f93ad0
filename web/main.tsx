import { render } from "preact";
import { App } from "./app.tsx";
import { followBrowser } from "./state/page.ts";
import { followRoute } from "./state/route.ts";
import "./style/index.css";

const root = document.getElementById("app");
if (root) {
  followRoute(window);
  followBrowser(window);
  render(<App />, root);
}
