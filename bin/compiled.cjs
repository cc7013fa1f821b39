'use strict';
// Keeps the code that V8 has compiled for a file of the program, which saves more than half of a start. The first run on a machine makes
// it; none is shipped. V8 takes such code for any source of the same length, and ends the process on damaged code: the file starts with
// checksums of the source and of all that follows. Loading `node:crypto` for a longer hash would take as long as a tenth of a start; who
// can write the file is checked apart.
const fs = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');
const { crc32 } = require('node:zlib');

/** V8 copies code that does not start at a multiple of 8. */
const HEAD_BYTES = 16;

/** Compiled code is for one version of V8 on one kind of processor. */
const SUFFIX = `.${process.versions.v8}-${process.arch}.cache`;

/**
 * @param {string} bundle path of the source
 * @param {Buffer} source its content
 * @returns the code that was kept for this very source, or none, and `keep`, which writes it after a run
 */
function compiledCode(bundle, source) {
  const name = `${path.basename(bundle)}${SUFFIX}`;
  const files = [path.dirname(bundle), ...userFolder()].map((folder) => path.join(folder, name));
  const sum = crc32(source);
  const kept = files.map(readOwn).find((content) => content !== undefined && fits(content, source, sum));
  return {
    cachedData: kept?.subarray(HEAD_BYTES),
    /** @param {{ script: import('node:vm').Script, isExec: boolean }} run that ended well */
    keep({ script, isExec }) {
      const isUsed = kept !== undefined && !script.cachedDataRejected;
      if ((isUsed && (isOfExec(kept) || !isExec)) || hasFlags()) return;
      const content = contentOf(script.createCachedData(), { source, sum, isExec });
      files.some((file) => written(file, content));
    },
  };
}

/** Checksum and length of the source, checksum of the rest, and whether a run that executed a task made it, which holds what such runs need. */
function contentOf(code, { source, sum, isExec }) {
  const content = Buffer.alloc(HEAD_BYTES + code.length);
  content.writeUInt32LE(sum, 0);
  content.writeUInt32LE(source.length, 4);
  content.writeUInt32LE(isExec ? 1 : 0, 12);
  code.copy(content, HEAD_BYTES);
  content.writeUInt32LE(crc32(content.subarray(12)), 8);
  return content;
}

function fits(content, source, sum) {
  return (
    content.length > HEAD_BYTES &&
    content.readUInt32LE(0) === sum &&
    content.readUInt32LE(4) === source.length &&
    content.readUInt32LE(8) === crc32(content.subarray(12))
  );
}

function isOfExec(content) {
  return content.readUInt32LE(12) === 1;
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
  // Made only where there is none: a name that others guess leads to an error.
  const draft = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.part`;
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
