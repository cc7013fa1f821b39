#!/usr/bin/env node
'use strict';
// CommonJS: starts 4-5 ms sooner than an ES module on every supported Node.
const { load, readCache } = require('./load.cjs');

const { main, realWorld } = load(readCache()).exports;

main(process.argv.slice(2), realWorld()).then((code) => {
  process.exitCode = code;
  // All output has been written by now: a handle that a library left open must not keep the process.
  setTimeout(() => process.exit(), 1000).unref();
});
