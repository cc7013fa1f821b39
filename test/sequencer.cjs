'use strict';
// It comes with Jest, wherever npm has put it.
const Sequencer = require(
  require.resolve('@jest/test-sequencer', { paths: [require.resolve('jest')] }),
).default;

/** The first of these that a path matches says when a file starts, so that no worker is left alone with a long one at the end. */
const LONGEST_FIRST = [
  // Thousands of schedules or stories, for minutes.
  /\/test\/(ledger\/[a-z-]*model|(snapshot|isolation)\/[a-z-]+\.soak|e2e\/(concurrent-budget|family-cap|race-killed)|gateway\/random)\b/,
  // They wait for many processes.
  /\.soak\.test\.ts$|\/test\/(hostile|e2e|ledger)\//,
];

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => groupOf(a) - groupOf(b));
  }
};

function groupOf({ path }) {
  const group = LONGEST_FIRST.findIndex((pattern) => pattern.test(path));
  return group === -1 ? LONGEST_FIRST.length : group;
}
