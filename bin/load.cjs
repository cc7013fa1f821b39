'use strict';
// Loads the bundle. Where the build left compiled code for this very version of V8 it is used, which saves more than half of
// the start; anything else about it is ignored by V8, and the source is compiled as usual.
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const file = path.join(__dirname, '..', 'dist', 'cli.cjs');

/** Where compiled code for this runtime lies. */
const cacheFile = `${file}.${process.versions.v8}-${process.arch}.cache`;

/** Compiles and runs the bundle; gives its exports and the script, from which the build takes the code to keep. */
function load(cachedData) {
  const source = readFileSync(file, 'utf8');
  const script = new vm.Script(
    `(function (exports, require, module, importModule, __filename) {${source}\n})`,
    {
      filename: file,
      cachedData,
    },
  );
  const loaded = { exports: {} };
  const run = script.runInThisContext();
  run(loaded.exports, createRequire(file), loaded, loadLater, file);
  return { exports: loaded.exports, script };
}

/** A package that the build left as one file, else the one in node_modules; required, `import()` would parse it twice. */
async function loadLater(name) {
  const later = path.join(__dirname, '..', 'dist', 'later', `${name}.cjs`);
  return existsSync(later) ? require(later) : import(name);
}

function readCache() {
  try {
    return readFileSync(cacheFile);
  } catch {
    return undefined; // another version of Node than the one that built it
  }
}

module.exports = { load, readCache, cacheFile };
