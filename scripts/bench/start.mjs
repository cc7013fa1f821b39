// What the router adds to the run of a tool, on every Node that can be had: `exec` of a tool that does nothing, beside `node -e 0` and that
// tool, in turns. CPU is that of the processes and their children, by `time` of bash.
//   node scripts/bench/start.mjs [MAJOR...]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell, median } from './measure.mjs';
import { nodeOf } from './packages.mjs';
import { missing, quick, rounds, row, used } from './rows.mjs';

const ROUNDS = rounds(20, 3);
const PER_ROUND = rounds(3, 1);
const MEMORY_ROUNDS = rounds(5, 1);

/** The largest ratios of CPU that are aimed at. */
const MOST = {
  exec: (major) => (major === 20 ? 2 : 1.8),
  addedByBudget: 0.25,
  version: 1.15,
  edited: 3,
  memory: 1.25,
};

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const at = (name) => path.join(folder, name);
const own = Number(process.versions.node.split('.')[0]);
const MAJORS = [20, 22, 24, 26];
const majors = process.argv.length > 2 ? process.argv.slice(2).map(Number) : quick ? [own] : MAJORS;

try {
  prepare();
  const nodes = majors.flatMap((major) => {
    const node = nodeOf(major);
    if ('why' in node) missing(`node${major}`, node.why);
    return 'why' in node ? [] : [{ major, path: node.path }];
  });
  for (const node of nodes) measure(node);
  for (const major of MAJORS)
    if (!majors.includes(major)) missing(`node${major}`, 'it was left out of this run');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function prepare() {
  const tool = 'tools: { noop: { binary: cat, args: [], billing: api, models: [m] } }';
  const model = 'models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }';
  const config = `version: 1\nagents: { me: { preferred_tool: noop, max_cost_usd: 0.000001 } }\n${tool}\n${model}\n`;
  const budget = 'policies: { default: { budget: { daily_usd: 1000000, limit: { type: hard } } } }\n';
  const texts = { 'plain.yaml': config, 'edited.yaml': config, 'hard.yaml': config + budget };
  for (const [name, text] of Object.entries(texts)) writeFileSync(at(name), text);
  writeFileSync(
    at('spawn.cjs'),
    "require('node:child_process').spawn('cat', { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(process.stdout);\n",
  );
  writeFileSync(
    at('peak.cjs'),
    "const fs = require('node:fs'); process.on('exit', () => fs.writeFileSync(process.env.PEAK, /VmHWM:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]));\n",
  );
}

function measure({ major, path: file }) {
  used(`Node ${major}`, execFileSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim());
  const node = `"${file}"`;
  const router = `${node} "${root}/bin/llm-router.cjs"`;
  const exec = (config) => `${router} exec --config "${at(config)}" -a me --json hello`;
  const commands = {
    node: `${node} -e 0`,
    floor: `{ ${node} -e 0; cat; }`,
    spawn: `${node} "${at('spawn.cjs')}"`,
    version: `${router} --version`,
    exec: exec('plain.yaml'),
    budget: exec('hard.yaml'),
    edited: `{ echo "# $RANDOM$RANDOM" >>"${at('edited.yaml')}"; ${exec('edited.yaml')}; }`,
  };
  // A home each: a run under a hard budget imports what runs without one have left in theirs.
  const homes = Object.fromEntries(
    Object.keys(commands).map((name) => [name, homeIn(at(`${major}-${name}`))]),
  );
  // The first runs keep the compiled code for this Node.
  for (const [name, command] of Object.entries(commands)) measureShell(command, 2, { env: homes[name] });
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, { wall: [], cpu: [] }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const { wall, cpu } = measureShell(command, PER_ROUND, { env: homes[name] });
      times[name].wall.push(wall);
      times[name].cpu.push(cpu);
    }
  }
  give(major, times);
  memory(major, {
    floor: [file, '-e', '0'],
    exec: [
      file,
      `${root}/bin/llm-router.cjs`,
      'exec',
      '--config',
      at('plain.yaml'),
      '-a',
      'me',
      '--json',
      'hello',
    ],
  });
}

/** The rows of one Node. */
function give(major, times) {
  const floor = { beside: '`node -e 0` and the tool', theirs: 'floor' };
  const alone = { beside: '`node -e 0`', theirs: 'node' };
  const ratioOf = (name) => median(times[name].cpu) / median(times.floor.cpu);
  const most = MOST.exec(major);
  const rows = [
    { id: 'exec', title: '`exec` of a no-op tool', ...floor, most },
    {
      id: 'spawn',
      title: '`exec` of a no-op tool',
      beside: 'a script that starts the tool',
      theirs: 'spawn',
      ours: 'exec',
    },
    {
      id: 'budget',
      title: '`exec` with a hard budget',
      ...floor,
      most: ratioOf('exec') + MOST.addedByBudget,
    },
    { id: 'edited', title: '`exec` after an edit of the config', ...floor, most: MOST.edited },
    { id: 'version', title: '`--version`', ...alone, most: MOST.version },
  ];
  for (const kind of ['cpu', 'wall'])
    for (const { id, title, beside, theirs, ours = id, most: ratio } of rows)
      row({
        id: `node${major}.${id}.${kind}`,
        title,
        unit: kind === 'cpu' ? 'ms CPU' : 'ms',
        ours: times[ours][kind],
        beside,
        theirs: times[theirs][kind],
        // What is aimed at is CPU; the wall depends on what else the machine does.
        ...(kind === 'cpu' && ratio !== undefined ? { most: ratio } : {}),
      });
}

/** The peak of the router alone, without the tool. */
function memory(major, commands) {
  const id = `node${major}.memory`;
  if (process.platform !== 'linux') return missing(id, 'only Linux says the peak of a process');
  const peaks = { floor: [], exec: [] };
  for (let round = 0; round < MEMORY_ROUNDS; round++)
    for (const [name, [file, ...args]] of Object.entries(commands)) {
      const more = { NODE_OPTIONS: `--require ${at('peak.cjs')}`, PEAK: at('peak') };
      execFileSync(file, args, { env: { ...homeIn(folder), ...more }, stdio: 'ignore' });
      peaks[name].push(Number(readFileSync(at('peak'), 'utf8')) / 1024);
    }
  const beside = '`node -e 0`';
  const title = '`exec` of a no-op tool, peak memory';
  row({ id, title, unit: 'MiB', ours: peaks.exec, beside, theirs: peaks.floor, most: MOST.memory });
}
