#!/usr/bin/env node
'use strict';
// CommonJS: starts 4-5 ms sooner than an ES module on every supported Node.
const { load } = require('./load.cjs');

const { exports: cli, keep } = load();
const argv = process.argv.slice(2);

cli.main(argv, cli.realWorld()).then((code) => {
  if (code === 0) keep({ isExec: argv.includes('exec') });
  // All output has been written by now: a handle that a library left open must not keep the process. Node closes nothing on this way,
  // which for a database would mean to wait for the disk.
  process.exit(code);
});
