'use strict';
// Loads the bundle with the compiled code that an earlier run has kept; without it the source is compiled as usual.
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { compiledCode } = require('./compiled.cjs');

const file = path.join(__dirname, '..', 'dist', 'cli.cjs');

/** The exports of the bundle, and `keep`, which keeps its compiled code after a run that ended well. */
function load() {
  const source = readFileSync(file);
  const { cachedData, keep } = compiledCode(file, source);
  // The build writes ASCII alone, which is read twice as fast this way.
  // The build writes ASCII alone, which is read twice as fast this way.
  const script = new vm.Script(source.latin1Slice(), { filename: file, cachedData });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, createRequire(file), loaded, loadLater, file);
  return { exports: loaded.exports, keep: ({ isExec }) => keep({ script, isExec }) };
}

/**
 * A package that the build left as one file, else the one in node_modules; required, `import()` would parse it twice. For a module of
 * Node `import()` would load its loader of ES modules.
 */
async function loadLater(name) {
  if (name.startsWith('node:')) return require(name);
  const later = path.join(__dirname, '..', 'dist', 'later', `${name}.cjs`);
  return existsSync(later) ? require(later) : import(name);
}

module.exports = { load };
