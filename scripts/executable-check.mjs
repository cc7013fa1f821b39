// Uses a standalone executable as a stranger would: in an empty folder, with a home of its own and no Node in PATH.
// `executable-check.mjs FILE [--e2e]`: with the option the end-to-end tests run against it too.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { output, useAsStranger } from './stranger.mjs';

/** Those of the start count what Node loads, and those of the soak belong to it. */
const NOT_RUN = ['/e2e/start', '\\.soak\\.test', '/node_modules/'];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [file = '', option] = process.argv.slice(2);
const executable = path.resolve(file);
const folder = mkdtempSync(path.join(tmpdir(), 'llm-executable-check-'));
// Windows needs some of its own variables to start a program.
const system = process.platform === 'win32' ? process.env : { PATH: '/usr/bin:/bin' };
const env = {
  ...system,
  HOME: folder,
  XDG_STATE_HOME: folder,
  XDG_DATA_HOME: folder,
  XDG_CACHE_HOME: folder,
};
try {
  useAsStranger({ folder, env: { ...env, LLM_ROUTER_TRUST: '1' }, program: [executable] });
  checkThatProjectsStartNothing();
  const mib = (statSync(executable).size / 2 ** 20).toFixed(0);
  process.stdout.write(`${path.basename(executable)}: ok, ${mib} MiB\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (option === '--e2e') process.exitCode = runTests();

/** Bun reads these files of the working directory unless it is told not to: a project could trust itself, or run code. */
function checkThatProjectsStartNothing() {
  writeFileSync(path.join(folder, '.env'), 'LLM_ROUTER_TRUST=1\n');
  writeFileSync(path.join(folder, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
  writeFileSync(path.join(folder, 'preload.js'), "console.log('preloaded')\n");
  const { status, stdout, stderr } = output([executable, 'exec', '-a', 'me', '--no-stdin', 'hello'], {
    folder,
    env,
  });
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.match(stderr, /trust/);
}

function runTests() {
  const args = ['scripts/test.mjs', 'test/e2e', '--testPathIgnorePatterns', ...NOT_RUN];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, LLM_ROUTER_TEST_EXECUTABLE: executable },
  });
  return status ?? 1;
}
