// The main job on the embedded default: shows the plan of the demo agent, runs it on the in-process mock, prints its trace.
// Needs no key, no network and no agent CLI; everything it writes goes to a temp folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownHome } from './own-home.cjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-quickstart-'));
const config = 'templates/config/quick-start.yaml';

function step(args) {
  process.stdout.write(
    `\n$ llm-router ${args.map((arg) => (/^[\w./-]+$/.test(arg) ? arg : `"${arg}"`)).join(' ')}\n`,
  );
  const result = spawnSync(process.execPath, [path.join(root, 'bin', 'llm-router.cjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...ownHome(process.env, folder), LLM_ROUTER_TRACE_DIR: path.join(folder, 'traces') },
  });
  if (result.status !== 0) throw new Error(`llm-router ${args[0]} ended with ${result.status}`);
}

try {
  const request = ['exec', '--config', config, '--agent', 'demo', '--no-stdin'];
  step([...request, '--dry-run', 'What can you do?']);
  step([...request, 'What can you do?']);
  step(['trace', '--last', '1']);
  process.stdout.write(
    '\nIt works. Next: `npx llm-router template quick-start > llm-router.yaml`, then `npx llm-router config trust` and `npx llm-router doctor`.\n',
  );
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
