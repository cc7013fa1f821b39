'use strict';
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const TEST = __dirname;
const SOAK = path.join(TEST, 'soak.ts');

/**
 * The files of tests for which the soak makes no difference: neither they nor the helpers that they load look at `soak.ts`. `npm test`
 * and the coverage run them already.
 */
exports.sameInSoak = function sameInSoak() {
  const files = readdirSync(TEST, { recursive: true, encoding: 'utf8' });
  const tests = files.filter((file) => file.endsWith('.test.ts') && !file.endsWith('.soak.test.ts'));
  const known = new Map([[SOAK, true]]);
  return tests.map((file) => path.join(TEST, file)).filter((file) => !looksAtSoak(file, known));
};

function looksAtSoak(file, known) {
  const answer = known.get(file);
  if (answer !== undefined) return answer;
  // Helpers that load each other are asked once.
  known.set(file, false);
  const found = helpersOf(file).some((helper) => looksAtSoak(helper, known));
  known.set(file, found);
  return found;
}

/** The files of this folder that a file loads. */
function helpersOf(file) {
  const names = readFileSync(file, 'utf8').matchAll(/ from '(\..*)\.js'/g);
  const places = [...names].map(([, name]) => path.join(path.dirname(file), `${name}.ts`));
  return places.filter((place) => place.startsWith(TEST + path.sep));
}
