'use strict';
const path = require('node:path');
// They come with Jest, wherever npm has put them.
const Runtime = require(require.resolve('jest-runtime', { paths: [require.resolve('jest')] })).default;

/** It has the state of a file of tests. */
const OF_ONE_FILE = `${path.sep}jest-circus${path.sep}`;

/** Loads the parts of Jest that a file of tests runs with by Node itself, which keeps them for the next file, as it does the files of `src`. */
module.exports = class extends Runtime {
  requireInternalModule(from, to) {
    const file = to === undefined ? from : require.resolve(to, { paths: [path.dirname(from)] });
    return file.includes(OF_ONE_FILE) ? super.requireInternalModule(from, to) : require(file);
  }
};
module.exports.default = module.exports;
