// `npm pack` and `npm publish` here would pack the sources, which no Node runs below node_modules.
console.error("What is published is compiled first: npm run package, then publish the tarball that it names.");
process.exit(2);
