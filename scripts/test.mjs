// Runs Jest with what ES modules need on Node 20 to 26. `--soak` asks for the full counts of schedules, mutants and rounds.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env; // costs 37 ms at each start of Node 20
// All that the tests leave behind goes at once. As `/tmp` is, it is open to the other users that some tests run as.
const temporary = mkdtempSync(path.join(tmpdir(), 'lrt-'));
chmodSync(temporary, 0o1777);
const result = spawnSync(
  process.execPath,
  [path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args.filter((arg) => arg !== '--soak')],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...env,
      TMPDIR: temporary,
      LLM_ROUTER_TEST_RUNNER: String(process.pid),
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      ...(soak ? { LLM_ROUTER_SOAK: '1' } : {}),
    },
  },
);
await stopPostgres(path.join(temporary, 'postgres', 'data', 'postmaster.pid'));
rmSync(temporary, { recursive: true, force: true });
process.exitCode = result.status ?? 1;

/** Stops the server that tests have shared. It removes the file once it has ended. */
async function stopPostgres(pidFile) {
  if (!existsSync(pidFile)) return;
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]), 'SIGQUIT');
  for (let left = 100; left > 0 && existsSync(pidFile); left--) await setTimeout(50);
}
