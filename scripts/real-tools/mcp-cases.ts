import { type Finding, fieldOf, finding, lastLine, unless } from './finding.js';
import { limitEntry, type McpBench } from './mcp-bench.js';
import { type Ended, processesOf, until } from './mcp-process.js';

/** One thing to try with every client. */
export interface McpCase {
  name: string;
  title: string;
  run(bench: McpBench): Promise<Finding>;
}

/** In the order in which they are run: the others need the entry that the first one makes, and the last one takes it out. */
export const MCP_CASES: readonly McpCase[] = [
  { name: 'install', title: '`mcp install`, and again; `doctor` shows it', run: install },
  { name: 'answer', title: 'its model calls `ask`: the answer arrives', run: answer },
  { name: 'nested', title: 'as the tool of an outer run: the traces are linked', run: nested },
  {
    name: 'gives-up',
    title: 'with a limit of 5 s for calls: the run goes on; `jobs --json` and `wait` in a new server find it',
    run: givesUp,
  },
  {
    name: 'ctrl-c',
    title: 'Ctrl-C while it waits: nothing but the run is left, and `jobs cancel` ends it',
    run: ctrlC,
  },
  { name: 'uninstall', title: '`mcp uninstall`, and again', run: uninstall },
];

const PROMPT = 'Ask codex to review the last commit.';
const LIMIT_SECONDS = 5;
/** Of one client the run is as long as in real work; the others need not wait for it. */
const LONG_RUN = { host: 'claude-code', seconds: 90 };
/** A client may take a while to end its servers. */
const SETTLED_MS = 15_000;

async function install({ router, host: { tool } }: McpBench): Promise<Finding> {
  const first = await router('mcp', 'install', tool.name);
  const second = await router('mcp', 'install', tool.name);
  const doctor = await router('doctor');
  const shown = new RegExp(`${tool.name} +starts \`llm-router mcp\``).test(doctor.stdout);
  const trusted = await router('config', 'trust');
  return finding(
    [
      ...unless(first.exitCode === 0, `install: ${whatEnded(first)}`),
      ...unless(second.exitCode === 0 && /already/.test(second.stderr), `again: ${whatEnded(second)}`),
      ...unless(shown, `\`doctor\` does not show it`),
      ...unless(trusted.exitCode === 0, `trust: ${whatEnded(trusted)}`),
    ],
    ['set up once, shown by `doctor`'],
  );
}

async function uninstall({ router, host: { tool } }: McpBench): Promise<Finding> {
  const first = await router('mcp', 'uninstall', tool.name);
  const second = await router('mcp', 'uninstall', tool.name);
  const rows = JSON.parse((await router('mcp', 'install', '--json')).stdout) as object[];
  const row = rows.find((one) => fieldOf(one, 'client') === tool.name);
  return finding(
    [
      ...unless(first.exitCode === 0, `uninstall: ${whatEnded(first)}`),
      ...unless(second.exitCode === 0, `again: ${whatEnded(second)}`),
      ...unless(fieldOf(row, 'installed') === false, 'the entry is still there'),
    ],
    ['taken out'],
  );
}

async function answer(bench: McpBench): Promise<Finding> {
  bench.provider.begin({ tool: 'ask', input: { prompt: PROMPT }, said: PROMPT });
  const turn = await bench.turn(PROMPT).end;
  const [job] = await jobsOf(bench);
  return finding(
    [
      ...unless(arrived(bench), `the answer did not arrive: ${whatEnded(turn)}`),
      ...unless(turn.stdout.includes(bench.provider.text), `the client: ${whatEnded(turn)}`),
      ...unless(fieldOf(job, 'state') === 'ended', `the run: ${JSON.stringify(job)}`),
      ...(await leftServers(bench)),
    ],
    [`started by \`${fieldOf(job, 'started_by')}\``],
  );
}

/** The client is the tool of a run, by a definition of the user: the built-in ones start no MCP servers below `full`. */
async function nested(bench: McpBench): Promise<Finding> {
  bench.provider.begin({ tool: 'ask', input: { prompt: PROMPT }, said: PROMPT });
  const outer = await bench.outerRun(PROMPT);
  const document = documentIn(outer.stdout);
  const inner = await newestTrace(bench);
  const isLinked = fieldOf(inner, 'parent_id') === fieldOf(document, 'id') && inner !== null;
  const isSameTrace = fieldOf(inner, 'trace_id') === fieldOf(document, 'trace_id');
  return finding(
    [
      ...unless(outer.exitCode === 0, `the outer run: ${whatEnded(outer)}`),
      ...unless(arrived(bench), 'the answer did not arrive'),
      ...unless(isLinked, `parent_id ${fieldOf(inner, 'parent_id')} for ${fieldOf(document, 'id')}`),
      ...unless(isSameTrace, `trace_id ${fieldOf(inner, 'trace_id')} for ${fieldOf(document, 'trace_id')}`),
      ...(await leftServers(bench)),
    ],
    ['same trace id', `depth ${fieldOf(inner, 'depth')}`],
  );
}

async function givesUp(bench: McpBench): Promise<Finding> {
  const seconds = bench.host.tool.name === LONG_RUN.host ? LONG_RUN.seconds : null;
  if (seconds === null) await bench.hold();
  else await bench.slow(seconds);
  await limitEntry(bench, LIMIT_SECONDS);
  bench.provider.begin({ tool: 'ask', input: { prompt: PROMPT }, said: PROMPT });
  const turn = await bench.turn(PROMPT, { limitSeconds: LIMIT_SECONDS }).end;
  await limitEntry(bench, null);
  const [running] = await jobsOf(bench);
  const id = String(fieldOf(running, 'id'));
  const gaveUp = !bench.provider.seen().some(({ body }) => body.includes(id));
  const servers = await leftServers(bench);
  if (seconds === null) await bench.release();
  const again = await waitAgain(bench);
  const job = (await jobsOf(bench)).find((one) => fieldOf(one, 'id') === id);
  return finding(
    [
      ...unless(turn.stdout.includes(bench.provider.text), `the client: ${whatEnded(turn)}`),
      ...unless(fieldOf(running, 'state') === 'running', `the run: ${JSON.stringify(running)}`),
      ...servers,
      ...unless(again, 'a new server of the client did not find the answer'),
      ...unless(fieldOf(job, 'status') === 'succeeded', `the run ended so: ${JSON.stringify(job)}`),
    ],
    [
      gaveUp ? 'it gave up' : 'progress made it wait on, until `ask` returned the id after 50 s',
      seconds === null ? 'the answer came once it had ended' : `the run took ${seconds} s`,
    ],
  );
}

/** Its model calls `wait` without an id in a new server, until there is the answer. */
async function waitAgain(bench: McpBench): Promise<boolean> {
  const said = 'Is there an answer by now?';
  for (let tries = 0; tries < 4; tries++) {
    bench.provider.begin({ tool: 'wait', input: { wait_seconds: 40 }, said });
    await bench.turn(said).end;
    if (arrived(bench)) return true;
  }
  return false;
}

async function ctrlC(bench: McpBench): Promise<Finding> {
  await bench.hold();
  bench.provider.begin({ tool: 'ask', input: { prompt: PROMPT }, said: PROMPT });
  const before = (await jobsOf(bench)).length;
  const turn = bench.turn(PROMPT, { terminal: true });
  const runs = await until(async () => (await jobsOf(bench)).length > before, 60_000);
  turn.type('\u0003');
  const ended = await Promise.race([turn.end, until(async () => false, 3000)]);
  // Some ask for a second one, as for a slip of the hand.
  if (ended === false) turn.type('\u0003');
  const end = await turn.end;
  const servers = await leftServers(bench);
  const others = async () =>
    (await processesOf(bench.home)).filter(({ commandLine }) => !isOfRun(bench, commandLine));
  await until(async () => (await others()).length === 0, SETTLED_MS);
  const strangers = await others();
  const [job] = await jobsOf(bench);
  const cancelled = await bench.router('jobs', 'cancel', String(fieldOf(job, 'id')));
  await bench.release();
  await until(async () => (await processesOf(bench.home)).length === 0, SETTLED_MS);
  const left = await processesOf(bench.home);
  return finding(
    [
      ...unless(runs, `no run was started: ${whatEnded(end)}`),
      ...unless(!end.isLate, 'the client did not end'),
      ...servers,
      ...strangers.map(({ commandLine }) => `left running: \`${commandLine.slice(0, 80)}\``),
      ...unless(fieldOf(job, 'state') === 'running', `the run: ${JSON.stringify(job)}`),
      ...unless(cancelled.exitCode === 0, `cancel: ${whatEnded(cancelled)}`),
      ...left.map(({ commandLine }) => `left after the cancel: \`${commandLine.slice(0, 80)}\``),
    ],
    [`the client ended with ${end.exitCode}`, 'the run alone went on'],
  );
}

function isOfRun({ agentBinary }: McpBench, commandLine: string): boolean {
  return / jobs run /.test(commandLine) || commandLine.includes(agentBinary);
}

/** Our servers that outlive their client. */
async function leftServers({ home }: McpBench): Promise<string[]> {
  const servers = async () =>
    (await processesOf(home)).filter(({ commandLine }) => /llm-router(\.cjs)?'? mcp\b/.test(commandLine));
  const gone = await until(async () => (await servers()).length === 0, SETTLED_MS);
  return unless(gone, 'its server goes on');
}

/** Whether the client has told its model what the asked agent answered. */
function arrived({ provider, answer: mark }: McpBench): boolean {
  return provider.seen().some(({ body }) => body.includes(mark));
}

async function jobsOf({ router }: McpBench): Promise<object[]> {
  return JSON.parse((await router('jobs', '--json')).stdout);
}

async function newestTrace({ router }: McpBench): Promise<object | null> {
  const traces = JSON.parse((await router('trace', '--agent', 'codex', '--last', '1', '--json')).stdout);
  return traces[0] ?? null;
}

function documentIn(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return null; // it has printed none
  }
}

function whatEnded({ exitCode, stdout, stderr, isLate }: Ended): string {
  const said = lastLine(stderr) || lastLine(stdout);
  return `${isLate ? 'ended by us' : `exit ${exitCode}`}: ${said.slice(0, 200)}`;
}
