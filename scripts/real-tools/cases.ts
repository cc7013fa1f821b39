import type { Bench, Setting } from './bench.js';
import {
  type Finding,
  fieldOf,
  finding,
  ignoredOptions,
  lastLine,
  leftovers,
  modelBodies,
  requests,
  unless,
  warningsOf,
  whatFailed,
} from './finding.js';
import { asks, type Case, failing, GATEWAY_CASES, PROMPT } from './gateway-cases.js';
import { RECOVERY_CASES } from './recovery-cases.js';
import type { RouterRun } from './router-run.js';

/** In the order in which they are run; the first one also warms up a fresh home. */
export const CASES: readonly Case[] = [
  { name: 'answer', title: 'an answer: text, usage, cost, session, model', run: answer },
  { name: 'live', title: 'live text (`--stream`)', run: live },
  { name: 'agent', title: 'an agent with system prompt and effort', run: agent },
  { name: 'schema', title: 'a structured answer (`--schema`)', run: schema },
  { name: 'resume', title: 'a second question in the same session (`--resume last`)', run: resume },
  { name: 'cap', title: 'a cap of a thousandth of a cent (`--max-cost`)', run: cap },
  { name: 'edit', title: 'the flags of `access: edit`', run: (bench) => level(bench, 'edit') },
  { name: 'full', title: 'the flags of `access: full`', run: (bench) => level(bench, 'full') },
  ...RECOVERY_CASES,
  { name: '401', title: '401 of the provider', run: (bench) => failing(bench, 401) },
  { name: '429', title: '429, Retry-After 2', run: (bench) => failing(bench, 429) },
  { name: '500', title: '500', run: (bench) => failing(bench, 500) },
  { name: 'hang', title: 'no answer, `--timeout 15s`', run: hang },
  { name: 'cancel', title: 'SIGTERM while the provider is silent', run: cancel },
  { name: 'at-file', title: '`@file` in the prompt', run: atFile },
  { name: 'slash', title: '`/help` as the prompt', run: slash },
  {
    name: 'folder-command',
    title: '`/command` that is defined in the folder',
    run: folderCommand,
  },
  { name: 'big', title: '300 kB on stdin', run: big },
  {
    name: 'reported',
    title: 'an answer without the gateway: the usage that the tool reports',
    run: reported,
  },
  ...GATEWAY_CASES,
];

async function answer(bench: Bench): Promise<Finding> {
  return answerAs(bench, { setting: 'default', usage: bench.tool.usage });
}

async function reported(bench: Bench): Promise<Finding> {
  return answerAs(bench, { setting: 'off', usage: bench.tool.reportedUsage });
}

async function answerAs(
  bench: Bench,
  by: { setting: Setting; usage: Record<string, number> },
): Promise<Finding> {
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', PROMPT], undefined, by.setting).end;
  const { usage, cost, tool_session_id, response_model, finish_reason } = run.document ?? {};
  const wrongUsage = Object.entries(by.usage).filter(([name, tokens]) => fieldOf(usage, name) !== tokens);
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(run.document?.text === bench.provider.text, `text ${JSON.stringify(run.document?.text)}`),
    ...wrongUsage.map(([name, tokens]) => `${name} ${fieldOf(usage, name)} for ${tokens}`),
    ...leftovers(run),
  ];
  const facts = [
    `basis ${fieldOf(cost, 'basis')}`,
    `billing ${fieldOf(cost, 'billing')}`,
    `session ${tool_session_id === null ? 'unknown' : 'known'}`,
    `model \`${response_model}\``,
    `finish ${finish_reason}`,
    requests(bench),
    ...warningsOf(run),
  ];
  return finding(problems, facts);
}

async function live(bench: Bench): Promise<Finding> {
  const [beginning = ''] = bench.provider.text.split('forty');
  bench.provider.begin('answer', { held: true });
  const running = bench.exec(['--format', 'text', '--stream', PROMPT]);
  await asks(bench, running);
  const early = await running.shows(beginning, bench.tool.live ? 10_000 : 3000);
  bench.provider.release();
  const run = await running.end;
  const problems = [
    ...unless(run.exitCode === 0, `exit ${run.exitCode}: ${lastLine(run.stderr)}`),
    ...unless(run.stdout === `${bench.provider.text}\n`, `stdout ${JSON.stringify(run.stdout)}`),
    ...unless(early === bench.tool.live, early ? 'came live' : 'did not come live'),
    ...leftovers(run),
  ];
  return finding(problems, [early ? 'live' : 'whole, at the end']);
}

async function agent(bench: Bench): Promise<Finding> {
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--agent', 'read', PROMPT]).end;
  const arrived = modelBodies(bench).some((body) => body.includes(bench.systemMark));
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(arrived, 'the system prompt did not arrive'),
    ...leftovers(run),
  ];
  return finding(problems, [
    arrived ? 'system prompt arrived' : '',
    ...ignoredOptions(run).map((option) => `${option} ignored`),
  ]);
}

async function schema(bench: Bench): Promise<Finding> {
  bench.provider.begin('structured');
  const run = await bench.exec(['--json', '--schema', bench.schemaFile, PROMPT]).end;
  const data = JSON.stringify(run.document?.data);
  const sent = modelBodies(bench).some((body) => body.includes('the-result-of-the-sum'));
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(data === JSON.stringify(bench.provider.value), `data ${data}`),
    ...leftovers(run),
  ];
  return finding(problems, [
    sent ? 'the schema reached the provider' : 'checked here alone',
    requests(bench),
  ]);
}

/** The first answer has to be part of what the provider sees with the second question, and no token may count twice. */
async function resume(bench: Bench): Promise<Finding> {
  bench.provider.begin('answer');
  const first = await bench.exec(['--json', PROMPT]).end;
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--resume', 'last', 'And how much is seven times seven?']).end;
  const remembers = modelBodies(bench).some((body) => body.includes(bench.provider.text));
  const usage = (of: RouterRun) => JSON.stringify(of.document?.usage);
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(remembers, 'the first answer was not sent along'),
    ...unless(usage(run) === usage(first), `usage ${usage(run)} after ${usage(first)} (${requests(bench)})`),
    ...leftovers(run),
  ];
  return finding(problems, ['remembers', requests(bench)]);
}

/** Either the tool or the gateway holds the cap, or the document says that nothing does. */
async function cap(bench: Bench): Promise<Finding> {
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--max-cost', '0.00001', PROMPT]).end;
  const type = fieldOf(run.document?.failure, 'type');
  const ignored = ignoredOptions(run).includes('max_cost_usd');
  const problems = [...unless(ignored || type === 'budget_exceeded', whatFailed(run)), ...leftovers(run)];
  return finding(problems, [
    ignored ? 'not held, and said so' : `held: exit ${run.exitCode}`,
    requests(bench),
  ]);
}

async function level(bench: Bench, access: 'edit' | 'full'): Promise<Finding> {
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--agent', access, PROMPT]).end;
  const refused = access === 'full' && bench.tool.refusesRoot && process.getuid?.() === 0;
  const wanted = refused ? 'invalid_request' : undefined;
  const type = fieldOf(run.document?.failure, 'type');
  const problems = [...unless(type === wanted && run.document !== null, whatFailed(run)), ...leftovers(run)];
  return finding(problems, [refused ? 'refused for root, as `invalid_request`' : 'accepted']);
}

async function hang(bench: Bench): Promise<Finding> {
  bench.provider.begin('hang');
  const run = await bench.exec(['--json', '--timeout', '15s', PROMPT]).end;
  const limitAndGraceMs = 15_000 + 5000 + 2000;
  const problems = [
    ...unless(run.exitCode === 124, whatFailed(run)),
    ...unless(run.tookMs <= limitAndGraceMs, `ended only after ${run.tookMs} ms`),
    ...unless(modelBodies(bench).length > 0, 'it had asked nothing yet'),
    ...leftovers(run),
  ];
  return finding(problems, [
    `exit ${run.exitCode} after ${(run.tookMs / 1000).toFixed(1)} s`,
    'nothing left',
  ]);
}

async function cancel(bench: Bench): Promise<Finding> {
  bench.provider.begin('hang');
  const running = bench.exec(['--json', PROMPT]);
  const asked = await asks(bench, running);
  const atMs = performance.now();
  running.signal('SIGTERM');
  const run = await running.end;
  const problems = [
    ...unless(asked, 'it asked nothing'),
    ...unless(run.exitCode === 143, whatFailed(run)),
    ...unless(run.document?.status === 'cancelled', `status ${run.document?.status}`),
    ...leftovers(run),
  ];
  const took = ((performance.now() - atMs) / 1000).toFixed(1);
  return finding(problems, [`exit ${run.exitCode} ${took} s after the signal`, 'nothing left']);
}

/** Prompts are literal: where a tool expands one, it is asked again in a form that may be taken as text. */
async function atFile(bench: Bench): Promise<Finding> {
  const plain = `@${bench.secretFile}`;
  const first = await literal(bench, `Look at ${plain} please.`, bench.secretMark);
  if (first.ok) return first;
  const second = await literal(bench, `Look at \\${plain} please.`, bench.secretMark);
  return { ok: false, seen: `${first.seen}; written as \`\\@\`: ${second.seen}` };
}

async function slash(bench: Bench): Promise<Finding> {
  return withLineEnd(bench, '/help', null);
}

async function folderCommand(bench: Bench): Promise<Finding> {
  return withLineEnd(bench, '/expand-me', bench.commandMark);
}

async function withLineEnd(bench: Bench, prompt: string, mark: string | null): Promise<Finding> {
  const first = await literal(bench, prompt, mark);
  if (first.ok) return first;
  const second = await literal(bench, `\n${prompt}`, mark);
  return { ok: false, seen: `${first.seen}; with a line end before it: ${second.seen}` };
}

/** Whether a prompt reaches the provider as it is, and `mark`, which it names, does not. */
async function literal(bench: Bench, prompt: string, mark: string | null): Promise<Finding> {
  bench.provider.begin('answer');
  const run = await bench.exec(['--json'], prompt).end;
  const bodies = modelBodies(bench);
  const arrived = bodies.some((body) => holdsPart(body, prompt.trim()));
  const escaped = bodies.some((body) => holdsPart(body, prompt.trim().replaceAll(/(?<!\\)@/g, '\\@')));
  const expanded = mark !== null && bodies.some((body) => body.includes(mark));
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(!expanded, 'what it names was read and sent'),
    ...unless(expanded || arrived || escaped, `not sent as it is (${requests(bench)})`),
    ...leftovers(run),
  ];
  return finding(problems, [arrived ? 'sent as text' : 'sent as text, behind a backslash']);
}

/** Whether a request holds `text` as lines of their own within one of its strings. */
function holdsPart(body: string, text: string): boolean {
  const written = JSON.stringify(text).slice(1, -1);
  return body
    .split(written)
    .slice(0, -1)
    .some((before) => /("|\\n)$/.test(before));
}

async function big(bench: Bench): Promise<Finding> {
  bench.provider.begin('answer');
  const line = 'All work and no play makes a long prompt. ';
  const prompt = `BEGIN-OF-PROMPT ${line.repeat(300_000 / line.length)}END-OF-PROMPT`;
  const run = await bench.exec(['--json'], prompt).end;
  const whole = modelBodies(bench).some((body) => body.includes(prompt));
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(whole, 'did not arrive whole'),
    ...leftovers(run),
  ];
  return finding(problems, ['arrived whole']);
}
