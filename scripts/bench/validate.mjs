// Checking a config of 10,000 lines against parsing it with the yaml library alone, in one interleaved run. The ratio counts, not
// times: machines differ and are noisy. Exit 1 when it is above the limit.
import { parseDocument } from 'yaml';
import { runScript } from '../run.mjs';
import { median } from './measure.mjs';

const AGENTS = 1000;
const ROUNDS = 15;
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
const [checked, parsed] = [medians(times.check), medians(times.parse)];
const ratio = checked.wall / parsed.wall;
process.stdout.write(
  `node ${process.versions.node}, ${lines} lines, ${AGENTS} agents, medians of ${ROUNDS}\n` +
    `parse with yaml   wall ${shown(parsed.wall)}   cpu ${shown(parsed.cpu)}\n` +
    `parse and check   wall ${shown(checked.wall)}   cpu ${shown(checked.cpu)}\n` +
    `ratio             wall ${ratio.toFixed(2)} x (at most ${MAX_RATIO} x)   cpu ${(checked.cpu / parsed.cpu).toFixed(2)} x\n`,
);
process.exitCode = ratio > MAX_RATIO ? 1 : 0;

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

function medians(list) {
  return { wall: median(list.map(({ wall }) => wall)), cpu: median(list.map(({ cpu }) => cpu)) };
}

function shown(ms) {
  return `${ms.toFixed(0).padStart(5)} ms`;
}
