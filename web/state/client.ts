import { createClient } from "../../client/index.ts";

/** The page's one client. The page may stand below a path, and the server stands where the page does. */
export const client = createClient({ baseUrl: new URL(".", location.href) });
