'use strict';
// It comes with Jest, wherever npm has put it.
const Sequencer = require(
  require.resolve('@jest/test-sequencer', { paths: [require.resolve('jest')] }),
).default;

/** Files that wait for many processes. They start first, so that no worker is left alone with one of them at the end. */
const LONG = /\/test\/(hostile|e2e|ledger)\//;

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => LONG.test(b.path) - LONG.test(a.path));
  }
};
