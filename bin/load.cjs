'use strict';
// Loads the parts of the program with the compiled code that an earlier run has kept; without it the source is compiled as usual.
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { compiledCode } = require('./compiled.cjs');

const dist = path.join(__dirname, '..', 'dist');

/** The exports of the program, and `keep`, which keeps the compiled code of what was loaded after a run that ended well. */
function load() {
  const files = new Map();
  const parts = new Map();
  const ofNode = new Map();
  const fromNode = createRequire(path.join(dist, 'cli.cjs'));

  /** A file of the build, run once. */
  function file(name) {
    const known = files.get(name);
    if (known !== undefined) return known.exports;
    const filename = path.join(dist, `${name}.cjs`);
    const source = readFileSync(filename);
    const { cachedData, keep } = compiledCode(filename, source);
    // The build writes ASCII alone, which is read twice as fast this way.
    const script = new vm.Script(source.latin1Slice(), { filename, cachedData });
    const loaded = { exports: {}, keep: (run) => keep({ script, ...run }) };
    files.set(name, loaded);
    script.runInThisContext()(loaded.exports, require, loaded, importModule, importNode, filename);
    return loaded.exports;
  }

  /** A part of a file by `file:part`, run once; else what Node itself finds. */
  function require(name) {
    const colon = name.indexOf(':');
    const pack = colon < 0 ? 'node' : name.slice(0, colon);
    if (pack === 'node') return fromNode(name);
    const part = name.slice(colon + 1);
    const known = parts.get(part);
    if (known !== undefined) return known.exports;
    const loaded = { exports: {} };
    parts.set(part, loaded);
    if (pack === 'cli') loaded.exports = file('cli').parts[part]();
    else {
      const filename = path.join(dist, `${pack}.cjs`);
      file(pack)[part](loaded.exports, require, loaded, importModule, importNode, filename);
    }
    return loaded.exports;
  }

  /** A module of Node as an ES module sees it. */
  function importNode(name) {
    const known = ofNode.get(name);
    if (known !== undefined) return known;
    const found = fromNode(name);
    const seen = Object.create(found, { default: { value: found } });
    ofNode.set(name, seen);
    return seen;
  }

  /**
   * A package that the build left as one file, else the one in node_modules; required, `import()` would parse it twice. For a module of
   * Node `import()` would load its loader of ES modules.
   */
  async function importModule(name) {
    if (name.includes(':')) return require(name);
    const later = path.join(dist, 'later', `${name}.cjs`);
    return existsSync(later) ? fromNode(later) : import(name);
  }

  return {
    exports: file('cli'),
    /** @param {{ isExec: boolean }} run that ended well */
    keep(run) {
      for (const one of files.values()) one.keep(run);
    },
  };
}

module.exports = { load };
