// What the release workflow needs of this repository:
//   release.mjs check      the tag, the version, the changelog and the address of the repository belong together
//   release.mjs notes      the section of the changelog for this version
//   release.mjs installer  install.sh with the address and the version filled in
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const read = (name) => readFileSync(path.join(root, name), 'utf8');

/** The text below the heading of a version; `null` without one. */
export function notesOf(changelog, version) {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => /^\[?([^\]\s]+)/.exec(text)?.[1] === version);
  return section === undefined ? null : section.slice(section.indexOf('\n') + 1).trim();
}

/**
 * What keeps a release from being made, one sentence each.
 * @param {{ manifest: object, changelog: string, tag: string, repository: string }} given `repository` is `owner/name`
 */
export function problemsOf({ manifest, changelog, tag, repository }) {
  const { version } = manifest;
  const problems = [];
  if (tag !== `v${version}`) problems.push(`the tag is ${tag}, and package.json has version ${version}`);
  if (!notesOf(changelog, version)) problems.push(`CHANGELOG.md has no section ${version}`);
  const address = manifest.repository?.url ?? manifest.repository;
  // npm refuses the provenance of a package that names another repository.
  if (address !== `git+https://github.com/${repository}.git`) {
    problems.push(`repository in package.json is not git+https://github.com/${repository}.git`);
  }
  for (const key of ['homepage', 'bugs']) if (!manifest[key]) problems.push(`${key} is not in package.json`);
  return problems;
}

/** install.sh as a release has it. */
export function installerOf(script, { repository, version }) {
  const downloads = `https://github.com/${repository}/releases/download`;
  return script.replace("'@DOWNLOADS@'", `'${downloads}'`).replace("'@VERSION@'", `'${version}'`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2]);

function main(action) {
  const manifest = JSON.parse(read('package.json'));
  const { GITHUB_REF_NAME: tag = '', GITHUB_REPOSITORY: repository = '' } = process.env;
  if (action === 'notes') process.stdout.write(`${notesOf(read('CHANGELOG.md'), manifest.version)}\n`);
  else if (action === 'installer')
    process.stdout.write(installerOf(read('install.sh'), { repository, version: manifest.version }));
  else {
    const problems = problemsOf({ manifest, changelog: read('CHANGELOG.md'), tag, repository });
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  }
}
