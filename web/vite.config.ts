import { defineConfig } from "vite";

/** How the page is built. Paths in it are relative, so that it works wherever a proxy puts it. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  // JSX is compiled by the bundler itself; the settings of tsconfig.json are for the checker.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The security policy allows neither inline scripts nor data: as a source of anything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
});
