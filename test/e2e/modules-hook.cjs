// Preloaded into the command line by start.test.ts: writes down every module that is loaded, and when the tool is spawned.
const { appendFileSync } = require('node:fs');
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

const spawn = childProcess.spawn;
childProcess.spawn = function (...args) {
  appendFileSync(log, 'SPAWN\n');
  return spawn.apply(this, args);
};
