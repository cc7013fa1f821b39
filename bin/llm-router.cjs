#!/usr/bin/env node
'use strict';
// CommonJS: starts 4-5 ms sooner than an ES module on every supported Node.
const { main, realWorld } = require('../dist/cli.cjs');

main(process.argv.slice(2), realWorld()).then((code) => {
  process.exitCode = code;
});
