'use strict';
// Keeps the code that V8 has compiled for the bundle, which saves more than half of a start. The first run on a machine makes it;
// none is shipped. V8 takes such code for any source of the same length, and ends the process on damaged code: the file starts with
// the hash of the source and of all that follows.
const { createHash, randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');

const HASH_BYTES = 32;
/** The byte behind the hash: 1 when a run that executed a task made it, so that it holds what such runs need. */
const KIND = HASH_BYTES;

/** Compiled code is for one version of V8 on one kind of processor. */
const SUFFIX = `.${process.versions.v8}-${process.arch}.cache`;

/**
 * @param {string} bundle path of the source
 * @param {Buffer} source its content
 * @returns the code that was kept for this very source, or none, and `keep`, which writes it after a run
 */
function compiledCode(bundle, source) {
  const hashOf = (body) => createHash('sha256').update(source).update(body).digest();
  const name = `${path.basename(bundle)}${SUFFIX}`;
  const files = [path.dirname(bundle), ...userFolder()].map((folder) => path.join(folder, name));
  const kept = files
    .map(readOwn)
    .find((content) => content?.subarray(0, HASH_BYTES).equals(hashOf(content.subarray(HASH_BYTES))));
  return {
    cachedData: kept?.subarray(KIND + 1),
    /** @param {{ script: import('node:vm').Script, isExec: boolean }} run that ended well */
    keep({ script, isExec }) {
      const isUsed = kept !== undefined && !script.cachedDataRejected;
      if ((isUsed && (kept[KIND] === 1 || !isExec)) || hasFlags()) return;
      const body = Buffer.concat([Buffer.from([isExec ? 1 : 0]), script.createCachedData()]);
      const content = Buffer.concat([hashOf(body), body]);
      files.some((file) => written(file, content));
    },
  };
}

/** V8 refuses what was compiled with other flags: runs with some would take turns in overwriting what the others kept. */
function hasFlags() {
  return process.execArgv.length > 0 || (process.env.NODE_OPTIONS ?? '') !== '';
}

/** Where the folder of the package belongs to another user, as after an installation by root. */
function userFolder() {
  try {
    const { XDG_CACHE_HOME: xdg = '', HOME: home = homedir() } = process.env;
    const caches = path.isAbsolute(xdg) ? xdg : path.join(home, '.cache');
    return path.isAbsolute(caches) ? [path.join(caches, 'llm-router')] : [];
  } catch {
    return []; // an account without a home
  }
}

/** The content of a file that only its owner can change: this user, or the owner of the program. */
function readOwn(file) {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      return isOwn(fs.fstatSync(fd)) ? fs.readFileSync(fd) : undefined;
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return undefined; // none yet
  }
}

function isOwn(stat) {
  if (!stat.isFile()) return false;
  if (process.getuid === undefined) return true;
  const owners = [process.getuid(), fs.statSync(__filename).uid];
  return owners.includes(stat.uid) && (stat.mode & 0o022) === 0;
}

/** Whether the file could be written; it appears whole or not at all. */
function written(file, content) {
  const draft = `${file}.${randomBytes(8).toString('hex')}.part`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, content, { flag: 'wx', mode: 0o644 });
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

module.exports = { compiledCode };
