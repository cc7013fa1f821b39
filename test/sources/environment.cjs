'use strict';
const { TestEnvironment } = require('jest-environment-node');

/** A test has its own globals, the sources have those of Node: what one of them makes has to be known to the other by its class. */
const SHARED = [
  'Error',
  'AggregateError',
  'RangeError',
  'SyntaxError',
  'TypeError',
  'Date',
  'Map',
  'Set',
  'String',
  'Number',
  'Boolean',
  'Function',
  'Array',
];

/** Loads the files of `src` by Node itself, which keeps them for the next file of tests. */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.importSource = (url) => import(url);
    for (const name of SHARED) this.global[name] = globalThis[name];
    this.global.process.env = process.env;
  }
};
