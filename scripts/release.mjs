// What a release needs of this repository. In the workflow `release`:
//   release.mjs check              the tag, the version, the changelog and the address of the repository belong together
//   release.mjs manifest           fills the address into package.json
//   release.mjs notes              the section of the changelog for this version
//   release.mjs installer          install.sh with the address and the version
//   release.mjs formula FILE       the formula for Homebrew, with the checksums of FILE (SHA256SUMS)
// Run by npm:
//   release.mjs version            `npm version`: what is unreleased becomes the section of the new version
//   release.mjs publishable        `npm publish`: refuses a package without the address of its repository
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, addressProblems, WAY_OUT, withAddress } from './release/address.mjs';
import { changelogProblems, notesOf, released, versionsOf } from './release/changelog.mjs';
import { formulaOf, installerOf, withVersion } from './release/fill.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const read = (name) => readFileSync(path.join(root, name), 'utf8');
const write = (name, text) => writeFileSync(path.join(root, name), text);

/** Pages that name the newest version in their examples. */
const PAGES = ['docs/ci.md'];

const manifest = JSON.parse(read('package.json'));
const { version } = manifest;
const address = addressOf(process.env);
const ofRelease = () => ({ address: known(address), version });

const actions = {
  check: () =>
    problems([
      ...tagProblems(process.env.GITHUB_REF_NAME ?? ''),
      ...changelogProblems(read('CHANGELOG.md'), version),
      ...addressProblems(manifest, address, { mayLack: true }),
    ]),
  manifest: () => write('package.json', json(withAddress(manifest, known(address)))),
  notes: () => process.stdout.write(`${notesOf(read('CHANGELOG.md'), version)}\n`),
  installer: () => process.stdout.write(installerOf(read('install.sh'), ofRelease())),
  formula: (sums) => {
    const release = { ...ofRelease(), sums: readFileSync(sums, 'utf8') };
    process.stdout.write(formulaOf(read('deploy/homebrew/llm-router.rb'), release));
  },
  version: startVersion,
  publishable: () => problems(addressProblems(manifest, address, { mayLack: false })),
};

const [action, ...given] = process.argv.slice(2);
try {
  if (actions[action] === undefined) throw new Error(`one of ${Object.keys(actions).join(', ')} is needed`);
  actions[action](...given);
} catch (error) {
  problems([error.message]);
}

function startVersion() {
  const changelog = read('CHANGELOG.md');
  const [before] = versionsOf(changelog);
  // All of them first: an error leaves every file as it was.
  const texts = [
    ['CHANGELOG.md', released(changelog, { version, date: new Date().toISOString().slice(0, 10) })],
    ...PAGES.map((page) => [page, withVersion(read(page), { from: before, to: version })]),
  ];
  for (const [name, text] of texts) write(name, text);
}

function tagProblems(tag) {
  return tag === `v${version}` ? [] : [`the tag is ${tag}, and package.json has version ${version}`];
}

function known(value) {
  if (value === null) throw new Error(WAY_OUT);
  return value;
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function problems(sentences) {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  if (sentences.length > 0) process.exitCode = 1;
}
