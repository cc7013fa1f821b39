// Every check that CI makes but for the soak, the coverage, the scans, the benchmarks and what needs a registry, which `--all` adds. The last line says how many passed and how many failed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const all = process.argv.includes('--all');

/** Needs the npm registry; the provider is on loopback. */
const ONE_CASE = ['run', 'test:real-tools', '--', '--tool', 'gemini', '--case', 'answer'];
const npm = (...args) => run('npm', args);
const checks = [
  // First: the build of the tests writes the generated files anew, and what was stale could not be seen any more.
  ['generated files are fresh', () => npm('run', '--silent', 'generate:check')],
  ['tests', () => npm('test')],
  ...(all ? [['soak', () => npm('run', 'test:soak')]] : []),
  // The fast tests again, on instrumented sources; the table names what is below its limit.
  ...(all ? [['coverage', () => npm('run', 'coverage')]] : []),
  ['lint', () => npm('run', 'lint')],
  ['types', () => npm('run', 'types')],
  ['package builds', () => npm('run', 'build:lib') && packs()],
  // Brings four versions of Node from the npm registry.
  ...(all ? [['package runs on each Node', () => run(process.execPath, ['scripts/package-check.mjs'])]] : []),
  // Brings bun from the npm registry.
  ...(all && process.platform === 'linux' ? [['executable', executable]] : []),
  ...(all ? [['scans', () => run(process.execPath, ['scripts/scan.mjs'])]] : []),
  ...(all ? [['package can be published', canBePublished]] : []),
  ['quickstart', () => npm('run', 'quickstart')],
  ...(all ? [['one case of a real tool', () => npm(...ONE_CASE)]] : []),
  // Whether they work; what they measure here is worth nothing.
  ...(all ? [['benchmarks run', () => npm('run', 'bench', '--', '--quick')]] : []),
  // Needs the npm registry. A link to nothing fails it.
  ...(all ? [['documentation site builds', () => npm('run', 'site')]] : []),
  [
    'lock files name no registry',
    () =>
      ['package-lock.json', 'site/package-lock.json'].every(
        (file) => !readFileSync(path.join(root, file), 'utf8').includes('"resolved":'),
      ),
  ],
];

const failed = checks.filter(([name, passes]) => {
  process.stdout.write(`--- ${name}\n`);
  const ok = passes();
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n`);
  return !ok;
});
for (const [name] of failed) process.stdout.write(`FAILED: ${name}\n`);
process.stdout.write(`${checks.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** A version that was published before is refused, which is no fault between two releases. */
function canBePublished() {
  const { status, stderr } = spawnSync('npm', ['publish', '--dry-run', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const ok = status === 0 || /previously published/.test(stderr);
  if (!ok) process.stdout.write(stderr);
  return ok;
}

function executable() {
  return (
    run(process.execPath, ['scripts/executable.mjs']) &&
    run(process.execPath, ['scripts/executable-check.mjs', 'out/llm-router', '--e2e'])
  );
}

/** Compiled code of this machine is not for others. */
function packs() {
  const result = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) return false;
  const files = JSON.parse(result.stdout)[0].files.map((file) => file.path);
  process.stdout.write(`${files.length} files\n`);
  return files.includes('dist/cli.cjs') && files.every((file) => !file.endsWith('.cache'));
}

function run(command, args) {
  return (
    spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status ===
    0
  );
}
