// Preloaded into the command line by start.test.ts: writes down every module that is loaded, every file that is read at once, every
// operation on files that is left to another thread, and when the tool is spawned.
const fs = require('node:fs');
const { appendFileSync } = fs;
const promises = require('node:fs/promises');
const childProcess = require('node:child_process');
const Module = require('node:module');

const log = process.env.MODULES_LOG;
const hooks = `
import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(${JSON.stringify(log)}, 'import ' + found.url + '\\n');
  return found;
}`;
Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const load = Module._load;
Module._load = function (request, ...rest) {
  appendFileSync(log, `require ${request}\n`);
  return load.call(this, request, ...rest);
};

const { Segmenter } = Intl;
Intl.Segmenter = class extends Segmenter {
  constructor(...args) {
    appendFileSync(log, 'new Intl.Segmenter\n');
    super(...args);
  }
};

const { readFileSync } = fs;
fs.readFileSync = function (file, ...rest) {
  appendFileSync(log, `read ${file}\n`);
  return readFileSync.call(this, file, ...rest);
};

for (const [name, operation] of Object.entries(promises)) {
  if (typeof operation !== 'function') continue;
  promises[name] = function (...args) {
    appendFileSync(log, `thread ${name} ${args[0]}\n`);
    return operation.apply(this, args);
  };
}

const spawn = childProcess.spawn;
childProcess.spawn = function (...args) {
  appendFileSync(log, 'SPAWN\n');
  return spawn.apply(this, args);
};
