// Plain JavaScript on purpose: it must run on the old Node that it complains about.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    "ChatWait needs Node 24 or newer; this is Node " +
      process.versions.node +
      ". On x64 Linux `npm ci` brings it along; elsewhere install it from https://nodejs.org.",
  );
  process.exit(2);
}
