#!/usr/bin/env node
'use strict';
// Starts the program, and loads its parts with the compiled code that an earlier run has kept; without it the source is compiled as usual.
// One CommonJS file: an ES module starts 4-5 ms later on every supported Node, each further file 1 ms.
const fs = require('node:fs');

/** Modules of Node that most runs import and do not use: each is loaded when something of it is first looked at. */
const LATER = new Set(['node:fs/promises', 'node:module', 'node:timers/promises', 'node:zlib']);

/** V8 copies code that does not start at a multiple of 8. */
const HEAD_BYTES = 16;

/** So much is compared at once, which needs little memory. */
const PIECE_BYTES = 128 * 1024;

if (require.main === module) start(process.argv.slice(2));

/** Scripts ask for the version often, and nothing of the program is needed for it. */
function start(argv) {
  const isVersion = argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
  if (!isVersion || !printed(`${require('../package.json').version}\n`)) run(argv);
}

/** False where the output takes it only in pieces or not at all, which is a matter of the program. */
function printed(text) {
  try {
    return fs.writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}

function run(argv) {
  const { exports: cli, keep } = load();
  cli.main(argv, cli.realWorld()).then((code) => {
    if (code === 0) keep({ isExec: argv.includes('exec') });
    // All output has been written by now: a handle that a library left open must not keep the process. Node closes nothing on this way,
    // which for a database would mean to wait for the disk.
    process.exit(code);
  });
}

/** The exports of the program, and `keep`, which keeps the compiled code of what was loaded after a run that ended well. */
function load() {
  const path = require('node:path');
  const dist = path.join(__dirname, '..', 'dist');
  const files = new Map();
  const parts = new Map();
  const ofNode = new Map();

  /** A file of the build, run once. */
  function file(name) {
    const known = files.get(name);
    if (known !== undefined) return known.exports;
    const filename = path.join(dist, `${name}.cjs`);
    const { script, keep } = compiled(filename);
    const loaded = { exports: {}, keep };
    files.set(name, loaded);
    script.runInThisContext()(loaded.exports, requirePart, loaded, importModule, importNode, filename);
    return loaded.exports;
  }

  /** A part of a file by `file:part`, run once; else what Node itself finds. */
  function requirePart(name) {
    const colon = name.indexOf(':');
    const pack = colon < 0 ? 'node' : name.slice(0, colon);
    if (pack === 'node') return LATER.has(name) ? loadedLater(name) : require(name);
    const part = name.slice(colon + 1);
    const known = parts.get(part);
    if (known !== undefined) return known.exports;
    const loaded = { exports: {} };
    parts.set(part, loaded);
    if (pack === 'cli') loaded.exports = file('cli').parts[part]();
    else {
      const filename = path.join(dist, `${pack}.cjs`);
      file(pack)[part](loaded.exports, requirePart, loaded, importModule, importNode, filename);
    }
    return loaded.exports;
  }

  /** A module of Node as an ES module sees it. */
  function importNode(name) {
    const known = ofNode.get(name);
    if (known !== undefined) return known;
    const found = requirePart(name);
    const seen = Object.create(found, { default: { value: found } });
    ofNode.set(name, seen);
    return seen;
  }

  /**
   * A package that the build left as one file, else the one in node_modules; required, `import()` would parse it twice. For a module of
   * Node `import()` would load its loader of ES modules.
   */
  async function importModule(name) {
    if (name.includes(':')) return requirePart(name);
    const later = path.join(dist, 'later', `${name}.cjs`);
    return fs.existsSync(later) ? require(later) : import(name);
  }

  return {
    exports: file('cli'),
    /** @param {{ isExec: boolean }} run that ended well */
    keep(run) {
      for (const one of files.values()) one.keep(run);
    },
  };
}

function loadedLater(name) {
  return new Proxy({}, { get: (_, key) => require(name)[key] });
}

// Compiled code. It saves more than half of a start. V8 takes it for any source of the same length, and ends the process on damaged code:
// the file holds the source that it is for, and the code twice, which are compared. A checksum would take longer, and so would loading
// what computes it. Who can write the file is checked apart.

/**
 * @param {string} file path of the source
 * @returns the script, and `keep`, which keeps its compiled code after a run that ended well
 */
function compiled(file) {
  const { Script } = require('node:vm');
  const source = fs.readFileSync(file);
  const places = placesOf(file);
  const kept = readOwn(places.beside, source) ?? places.ofUser().map((place) => readOwn(place, source))[0];
  // The build writes ASCII alone, which is read twice as fast this way.
  const script = new Script(source.latin1Slice(), { filename: file, cachedData: kept?.code });
  const isUsed = kept !== undefined && !script.cachedDataRejected;
  // Holds on to neither source nor code, a fiftieth of the memory of a run, where it has nothing to write.
  const isDone = (isUsed && kept.isOfExec) || hasFlags();
  return { script, keep: isDone ? () => {} : keeperOf(script, { source, places, isUsed }) };
}

function keeperOf(script, { source, places, isUsed }) {
  /** @param {{ isExec: boolean }} run that ended well */
  return ({ isExec }) => {
    if (isUsed && !isExec) return;
    const parts = contentOf(script.createCachedData(), { source, isExec });
    [places.beside, ...places.ofUser()].some((place) => written(place, parts));
  };
}

/** Where compiled code is kept, which is for one version of V8 on one kind of processor. */
function placesOf(file) {
  const beside = `${file}.${process.versions.v8}-${process.arch}.cache`;
  return { beside, ofUser: () => userFiles(require('node:path').basename(beside)) };
}

/** The lengths and whether a run that executed a task made it, which holds what such runs need; the code, the code again, the source. */
function contentOf(code, { source, isExec }) {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(source.length, 0);
  head.writeUInt32LE(code.length, 4);
  head.writeUInt32LE(isExec ? 1 : 0, 8);
  return [head, code, code, source];
}

/** V8 refuses what was compiled with other flags: runs with some would take turns in overwriting what the others kept. */
function hasFlags() {
  return process.execArgv.length > 0 || (process.env.NODE_OPTIONS ?? '') !== '';
}

/** Where the folder of the package belongs to another user, as after an installation by root. */
function userFiles(name) {
  const path = require('node:path');
  try {
    const { XDG_CACHE_HOME: xdg = '', HOME: home = require('node:os').homedir() } = process.env;
    const caches = path.isAbsolute(xdg) ? xdg : path.join(home, '.cache');
    return path.isAbsolute(caches) ? [path.join(caches, 'llm-router', name)] : [];
  } catch {
    return []; // an account without a home
  }
}

/** What was kept for this source in a file that only its owner can change: this user, or the owner of the program. */
function readOwn(file, source) {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      const stat = fs.fstatSync(fd);
      return isOwn(stat) ? readKept(fd, { size: stat.size, source }) : undefined;
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return undefined; // none yet
  }
}

function readKept(fd, { size, source }) {
  const codeBytes = (size - HEAD_BYTES - source.length) / 2;
  if (codeBytes <= 0 || !Number.isInteger(codeBytes)) return undefined;
  const content = Buffer.allocUnsafeSlow(HEAD_BYTES + codeBytes);
  if (fs.readSync(fd, content, 0, content.length, 0) !== content.length) return undefined;
  if (content.readUInt32LE(0) !== source.length || content.readUInt32LE(4) !== codeBytes) return undefined;
  const code = content.subarray(HEAD_BYTES);
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  const isWhole =
    isNext(fd, { bytes: code, position: content.length, piece }) &&
    isNext(fd, { bytes: source, position: content.length + codeBytes, piece });
  return isWhole ? { code, isOfExec: content.readUInt32LE(8) === 1 } : undefined;
}

/** Whether the file goes on with these bytes. */
function isNext(fd, { bytes, position, piece }) {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const expected = bytes.subarray(from, from + PIECE_BYTES);
    const length = fs.readSync(fd, piece, 0, expected.length, position + from);
    if (length !== expected.length || expected.compare(piece, 0, length) !== 0) return false;
  }
  return true;
}

function isOwn(stat) {
  if (!stat.isFile()) return false;
  if (process.getuid === undefined) return true;
  const owners = [process.getuid(), fs.statSync(__filename).uid];
  return owners.includes(stat.uid) && (stat.mode & 0o022) === 0;
}

/** Whether the file could be written; it appears whole or not at all. */
function written(file, parts) {
  // Made only where there is none: a name that others guess leads to an error.
  const draft = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.part`;
  try {
    fs.mkdirSync(require('node:path').dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat(parts), { flag: 'wx', mode: 0o644 });
  } catch {
    return false;
  }
  try {
    fs.renameSync(draft, file);
    return true;
  } catch {
    fs.rmSync(draft, { force: true });
    return false;
  }
}

module.exports = { load };
