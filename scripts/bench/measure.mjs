// What the benchmarks share: an environment of their own, processes, and the middle of many times.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';

const { NODE_EXTRA_CA_CERTS: _slow, ...environment } = process.env; // costs 37 ms at each start of Node 20

/** The environment of measured processes. */
export const env = environment;

/** The same with a home below `folder`, so that no benchmark writes to the user's ledger. */
export function homeIn(folder) {
  return {
    ...env,
    HOME: folder,
    XDG_DATA_HOME: path.join(folder, 'data'),
    LLM_ROUTER_TRACE_DIR: path.join(folder, 'traces'),
  };
}

/** Milliseconds that a run of Node takes, start included. */
export function timed(args, folder) {
  const start = performance.now();
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: homeIn(folder) });
  return performance.now() - start;
}

/** What a run of Node prints. */
export function outputOf(args, given = env) {
  const running = spawn(process.execPath, args, { env: given, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  running.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => running.on('close', () => resolve(text)));
}

/** The value that so large a share does not exceed: 0.5 is the median. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

/** The middle value. */
export function median(values) {
  return quantile(values, 0.5);
}

/** Mean wall and CPU milliseconds of a shell command, started so many times: user and system time, children included. */
export function measureShell(command, times, options) {
  const loop = `for i in $(seq ${times}); do ${command} </dev/null >/dev/null 2>&1; done`;
  const script = `TIMEFORMAT='%R %U %S'; time { ${loop}; }`;
  const text = execFileSync('bash', ['-c', `{ ${script} ; } 2>&1`], { encoding: 'utf8', ...options });
  const [wall = 0, user = 0, system = 0] = text.trim().split(/\s+/).map(Number);
  return { wall: (wall * 1000) / times, cpu: ((user + system) * 1000) / times };
}
