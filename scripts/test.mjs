// Runs Jest with what ES modules need on Node 20 to 26. `--soak` asks for the full counts of schedules, mutants and rounds.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env; // costs 37 ms at each start of Node 20
const result = spawnSync(
  process.execPath,
  [path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args.filter((arg) => arg !== '--soak')],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      ...(soak ? { LLM_ROUTER_SOAK: '1' } : {}),
    },
  },
);
process.exitCode = result.status ?? 1;
