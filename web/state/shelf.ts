import { memoryShelf, type Shelf } from "./storage.ts";

function ownShelf(): Shelf {
  try {
    localStorage.getItem("chatwait");
    return localStorage;
  } catch {
    return memoryShelf();
  }
}

/** Where this browser keeps things for the page; where it refuses to, they live as long as the page does. */
export const shelf: Shelf = ownShelf();
