#!/usr/bin/env node
'use strict';
// CommonJS: starts 4-5 ms sooner than an ES module on every supported Node.
const argv = process.argv.slice(2);

if (!isVersion(argv) || !printed(`${require('../package.json').version}\n`)) run();

/** Scripts ask for it often, and nothing of the program is needed for it. */
function isVersion([flag, ...more]) {
  return more.length === 0 && (flag === '--version' || flag === '-V');
}

/** False where the output takes it only in pieces or not at all, which is a matter of the program. */
function printed(text) {
  try {
    return require('node:fs').writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}

function run() {
  const { load } = require('./load.cjs');
  const { exports: cli, keep } = load();
  cli.main(argv, cli.realWorld()).then((code) => {
    if (code === 0) keep({ isExec: argv.includes('exec') });
    // All output has been written by now: a handle that a library left open must not keep the process. Node closes nothing on this way,
    // which for a database would mean to wait for the disk.
    process.exit(code);
  });
}
