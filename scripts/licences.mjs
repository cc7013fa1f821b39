// Writes the licences of the packages that reach a user: who copies their code must pass them on.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that let anyone pass the code on with their text. */
const ALLOWED = /^(MIT|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD)$/;

/** The native parts of libsql for each system come from its repository, without a text of their own. */
const TEXT_OF = [[/^node_modules\/@libsql\//, 'node_modules/libsql']];

const HEAD = `This software contains code of the packages below, or npm installs them beside it ("installed"), each under its own licence.
`;

/**
 * Writes `THIRD-PARTY-LICENSES.txt` into `dist`, each text once. Throws for a package without a text, or without a licence that is allowed.
 * @param {import('./shipped.mjs').Shipped[]} shipped
 */
export function writeLicences(root, shipped) {
  const titlesOf = new Map();
  for (const one of shipped) {
    if (!ALLOWED.test(one.license)) throw new Error(`the licence of ${one.name} is ${one.license}`);
    const text = textOf(root, one);
    titlesOf.set(text, (titlesOf.get(text) ?? new Set()).add(titleOf(one)));
  }
  const blocks = [...titlesOf].map(([text, titles]) => `${[...titles].sort().join('\n')}\n\n${text}\n`);
  const all = [HEAD, ...blocks.sort()].join(`\n${'-'.repeat(80)}\n\n`);
  writeFileSync(path.join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), all);
}

function titleOf({ name, version, license, delivery }) {
  return `${name} ${version} (${license})${delivery === 'installed' ? ', installed' : ''}`;
}

function textOf(root, { folder, name }) {
  const [, other = folder] = TEXT_OF.find(([pattern]) => pattern.test(folder)) ?? [];
  const place = path.join(root, other);
  if (!existsSync(place))
    throw new Error(`${other} is not installed, so the licence of ${name} is not known`);
  const files = readdirSync(place).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(place, file), 'utf8').trim());
  const text = texts.length > 0 ? texts.join('\n\n') : fromReadme(place);
  if (text === '') throw new Error(`${name} has no text of its licence`);
  return text;
}

/** Some packages have the text at the end of their README only. */
function fromReadme(place) {
  const readme = readdirSync(place).find((file) => /^readme/i.test(file));
  if (readme === undefined) return '';
  const [, text = ''] = readFileSync(path.join(place, readme), 'utf8').split(/^#+\s*licen[cs]e\s*$/im);
  return text.trim();
}
