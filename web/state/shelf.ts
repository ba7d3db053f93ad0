import { memoryShelf, type Shelf } from "./storage.ts";

/** Reading the property itself may throw, where the browser's settings forbid storage. */
function ownShelf(kind: "localStorage" | "sessionStorage"): Shelf {
  try {
    globalThis[kind].getItem("chatwait");
    return globalThis[kind];
  } catch {
    return memoryShelf();
  }
}

/** Where this browser keeps things for the page; where it refuses to, they live as long as the page does. */
export const shelf: Shelf = ownShelf("localStorage");

/** The same for this tab alone. */
export const tabShelf: Shelf = ownShelf("sessionStorage");
