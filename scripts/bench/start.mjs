// What the router adds to a run: `exec --json` with a no-op tool against `node -e 0`, in one interleaved run. Ratios count, not
// times: machines differ and are noisy. CPU seconds (user and system, children included) come from bash's `time`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;
const PER_ROUND = 4;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const config = path.join(folder, 'bench.yaml');
writeFileSync(
  config,
  'version: 1\nagents: { me: { preferred_tool: noop } }\ntools: { noop: { binary: cat, args: [], billing: free } }\n',
);
const router = `"${process.execPath}" "${root}/bin/llm-router.cjs"`;
const cases = {
  'node -e 0': `"${process.execPath}" -e 0`,
  version: `${router} version`,
  'exec --json': `${router} exec --config "${config}" -a me --json hello`,
};

const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env; // costs 37 ms at each start of Node 20

function measure(command) {
  const loop = `for i in $(seq ${PER_ROUND}); do ${command} </dev/null >/dev/null 2>&1; done`;
  const script = `TIMEFORMAT='%R %U %S'; time { ${loop}; }`;
  const text = execFileSync('bash', ['-c', `{ ${script} ; } 2>&1`], {
    encoding: 'utf8',
    env: { ...env, HOME: folder, LLM_ROUTER_TRACE_DIR: path.join(folder, 'traces') },
  });
  const [wall = 0, user = 0, system = 0] = text.trim().split(/\s+/).map(Number);
  return { wall: (wall * 1000) / PER_ROUND, cpu: ((user + system) * 1000) / PER_ROUND };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

try {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, { wall: [], cpu: [] }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(cases)) {
      const { wall, cpu } = measure(command);
      results[name].wall.push(wall);
      results[name].cpu.push(cpu);
    }
  }
  const base = { wall: median(results['node -e 0'].wall), cpu: median(results['node -e 0'].cpu) };
  process.stdout.write(`node ${process.versions.node}, medians of ${ROUNDS} rounds of ${PER_ROUND}\n`);
  for (const [name, { wall, cpu }] of Object.entries(results)) {
    const [w, c] = [median(wall), median(cpu)];
    process.stdout.write(
      `${name.padEnd(14)} wall ${w.toFixed(1).padStart(6)} ms (${(w / base.wall).toFixed(2)} x)   cpu ${c.toFixed(1).padStart(6)} ms (${(c / base.cpu).toFixed(2)} x)\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
