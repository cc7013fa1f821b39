// What the router adds to a run: `exec --json` with a no-op tool against `node -e 0`, in one interleaved run. Ratios count, not
// times: machines differ and are noisy. CPU seconds (user and system, children included) come from bash's `time`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell, median } from './measure.mjs';

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

try {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, { wall: [], cpu: [] }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(cases)) {
      const { wall, cpu } = measureShell(command, PER_ROUND, { env: homeIn(folder) });
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
