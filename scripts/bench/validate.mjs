// Checking a config of 10,000 lines against parsing it with the yaml library alone, in one interleaved run. The ratio counts, not
// times: machines differ and are noisy.
import { parseDocument } from 'yaml';
import { runScript } from '../run.mjs';
import { rounds, row } from './rows.mjs';

const AGENTS = 1000;
const ROUNDS = rounds(20, 2);
const MAX_RATIO = 3;

const { loadConfig, builtInLayer } = await runScript('scripts/bench/validate-work.ts');

const text = config();
const lines = text.split('\n').length - 1;
const check = () =>
  loadConfig({
    sources: [{ layer: 'project', files: [{ file: 'bench.yaml', path: '/bench.yaml', text }] }],
    builtIn: builtInLayer(),
    home: '/home',
    env: {},
  });
const parse = () => parseDocument(text, { uniqueKeys: false }).toJS();

const { diagnostics } = check();
if (diagnostics.length > 0) {
  process.stderr.write(`the config of the benchmark has findings: ${diagnostics[0].message}\n`);
  process.exit(2);
}
parse();
const times = { check: [], parse: [] };
for (let round = 0; round < ROUNDS; round++) {
  times.parse.push(measure(parse));
  times.check.push(measure(check));
}
const [title, beside] = [`check a config of ${lines.toLocaleString('en-US')} lines`, '`yaml` parsing it'];
for (const [kind, unit] of Object.entries({ cpu: 'ms CPU', wall: 'ms' })) {
  const [ours, theirs] = [times.check, times.parse].map((list) => list.map((one) => one[kind]));
  row({ id: kind, title, unit, ours, beside, theirs, most: MAX_RATIO });
}

/** Ten lines for each agent: what a team writes, with comments, a flow list and a map. */
function config() {
  const agents = Array.from({ length: AGENTS - 1 }, (_, index) =>
    [
      `  agent-${index}: # number ${index}`,
      `    description: Works on part ${index} of the whole`,
      '    preferred_tool: claude-code',
      '    preferred_model: sonnet',
      `    system: "You work on part ${index}. Be exact."`,
      '    fallback_chain: [codex, gemini:gemini-flash]',
      '    task_types:',
      '      quick: haiku',
      '      deep: codex:gpt-6-astra',
      '    timeout: 10m',
    ].join('\n'),
  );
  const last =
    '  last:\n    preferred_tool: claude-code\n    preferred_model: opus\n    fallback_chain:\n      - codex';
  return `version: 1\ndefault_agent: last\n# The team\n\nagents:\n${agents.join('\n')}\n${last}\n`;
}

/** Milliseconds; CPU is that of all threads, the collectors of garbage included. */
function measure(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}
