import { defineConfig } from "vite";

const target = process.env.CHATWAIT_URL ?? "http://127.0.0.1:3000";

// The page asks its own origin, and Vite passes on to ChatWait what is for it. The host stays as the browser names it: a server
// that is asked under one name by a page that came under another refuses.
const proxy = { "/chat": { target, changeOrigin: false } };

export default defineConfig({ server: { proxy }, preview: { proxy } });
