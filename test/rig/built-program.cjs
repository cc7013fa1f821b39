'use strict';
// Loaded by the `require` of Node itself, not by that of Jest: once for all test files of a worker, from the cache of compiled code.
const { load } = require('../../bin/llm-router.cjs');

module.exports = load().exports;
