import { memoryShelf, type Shelf } from "./storage.ts";

/** Undefined where the browser keeps nothing for pages: then reading the property itself may throw. */
function browserShelf(kind: "localStorage" | "sessionStorage"): Shelf | undefined {
  try {
    globalThis[kind].getItem("chatwait");
    return globalThis[kind];
  } catch {
    return undefined;
  }
}

const local = browserShelf("localStorage");

/** Whether what is put on the shelf outlives the page. */
export const keeps = local !== undefined;

/** Where this browser keeps things for the page; where it refuses to, they live as long as the page does. */
export const shelf: Shelf = local ?? memoryShelf();

/** The same for this tab alone. */
export const tabShelf: Shelf = browserShelf("sessionStorage") ?? memoryShelf();
