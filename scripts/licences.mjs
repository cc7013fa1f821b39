// Writes the licences of the packages whose code is in the build: who copies that code must pass them on.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that let anyone pass the code on with their text. */
const ALLOWED = /^(MIT|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD)$/;

const HEAD = `This software contains code of the packages below, each under its own licence.
The packages that npm installs beside it carry their licences in their own folders.
`;

/**
 * Writes `THIRD-PARTY-LICENSES.txt` into `dist`, each text once. Throws for a package without a licence that is allowed.
 * @param {string[]} folders of the packages
 */
export function writeLicences(root, folders) {
  const titlesOf = new Map();
  for (const { title, text } of folders.map((folder) => licenceOf(path.join(root, folder)))) {
    titlesOf.set(text, (titlesOf.get(text) ?? new Set()).add(title));
  }
  const blocks = [...titlesOf].map(([text, titles]) => `${[...titles].sort().join('\n')}\n\n${text}\n`);
  const all = [HEAD, ...blocks.sort()].join(`\n${'-'.repeat(80)}\n\n`);
  writeFileSync(path.join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), all);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (!ALLOWED.test(license)) throw new Error(`the licence of ${name} is ${license}`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return { title: `${name} ${version} (${license})`, text: texts.join('\n\n') };
}
