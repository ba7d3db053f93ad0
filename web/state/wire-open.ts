import { remembered } from "./preferences.ts";
import { tabShelf } from "./shelf.ts";

const shown = remembered(tabShelf, "wire", ["closed", "open"]);

/** Whether the wire panel is shown; remembered over a reload, for there it has the most to show. */
export const wireOpen = {
  get value(): boolean {
    return shown.value === "open";
  },
  set value(open: boolean) {
    shown.value = open ? "open" : "closed";
  },
};
