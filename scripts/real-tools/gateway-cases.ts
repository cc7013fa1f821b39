import { type Bench, CHEAP_PRICE, type Setting } from './bench.js';
import {
  type Finding,
  fieldOf,
  finding,
  leftovers,
  modelBodies,
  requests,
  unless,
  warningsOf,
  whatFailed,
} from './finding.js';
import type { FailureStatus, Tokens } from './provider/wire.js';
import type { RouterRun, RunningRouter } from './router-run.js';

/** One thing to try with every tool. */
export interface Case {
  name: string;
  title: string;
  run(bench: Bench): Promise<Finding>;
}

export const PROMPT = 'Say how much six times seven is.';
const START_LIMIT_MS = 40_000;

/** What a gateway promises, also for tools that have none by default in a run without a cap. */
export const GATEWAY_CASES: readonly Case[] = [
  {
    name: 'gateway',
    title: 'calls through the gateway: counted, with the usage of the provider',
    run: gateway,
  },
  {
    name: 'gateway-resume',
    title: 'a second question in the same session, through the gateway',
    run: gatewayResume,
  },
  { name: 'gateway-cap', title: 'a cap of a thousandth of a cent, held by the gateway', run: gatewayCap },
  ...([401, 429, 500] as const).map((status) => ({
    name: `gateway-${status}`,
    title: `${status} through the gateway`,
    run: (bench: Bench) =>
      bench.tool.gateway === 'never' ? Promise.resolve(NO_GATEWAY) : failing(bench, status, 'always'),
  })),
  { name: 'cap-holds', title: 'runs with a cap of two cents and answers at random', run: capHolds },
];

/** The provider's own count of calls and tokens is the measure. */
async function gateway(bench: Bench): Promise<Finding> {
  if (bench.tool.gateway === 'never') return NO_GATEWAY;
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', PROMPT], undefined, 'always').end;
  const { usage } = run.document ?? {};
  const count = modelBodies(bench).length;
  const wanted = Object.entries(bench.tool.usage);
  // Its own events may count less than the answer of the provider holds.
  const wrong = wanted.filter(([name, tokens]) => fieldOf(usage, name) !== tokens * count);
  const calls = callsOf(run);
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(calls.length === count, `${calls.length} calls for ${count}`),
    ...wrong.map(([name, tokens]) => `${name} ${fieldOf(usage, name)} for ${tokens * count}`),
    ...leftovers(run),
  ];
  return finding(problems, [
    `${calls.length} calls`,
    `models ${[...new Set(calls.map((call) => fieldOf(call, 'model')))].join(', ')}`,
    ...warningsOf(run),
  ]);
}

/** The arguments of the gateway go well with those of a session; what a resumed tool reports is its share. */
async function gatewayResume(bench: Bench): Promise<Finding> {
  if (bench.tool.gateway === 'never') return NO_GATEWAY;
  bench.provider.begin('answer');
  await bench.exec(['--json', PROMPT], undefined, 'always').end;
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--resume', 'last', 'And seven times seven?'], undefined, 'always')
    .end;
  const remembers = modelBodies(bench).some((body) => body.includes(bench.provider.text));
  const count = modelBodies(bench).length;
  const problems = [
    ...unless(run.exitCode === 0, whatFailed(run)),
    ...unless(remembers, 'the first answer was not sent along'),
    ...unless(callsOf(run).length === count, `${callsOf(run).length} calls for ${count}`),
    ...warningsOf(run),
    ...leftovers(run),
  ];
  return finding(problems, ['remembers', `${count} calls`]);
}

/** No call may reach the provider, and the run ends within seconds, whatever the tool makes of it. */
async function gatewayCap(bench: Bench): Promise<Finding> {
  if (bench.tool.gateway === 'never') return NO_GATEWAY;
  bench.provider.begin('answer');
  const run = await bench.exec(['--json', '--max-cost', '0.00001', PROMPT], undefined, 'always').end;
  const type = fieldOf(run.document?.failure, 'type');
  const problems = [
    ...unless(type === 'budget_exceeded', whatFailed(run)),
    ...unless(modelBodies(bench).length === 0, `${requests(bench)} of the provider`),
    ...leftovers(run),
  ];
  return finding(problems, [
    `exit ${run.exitCode} after ${(run.tookMs / 1000).toFixed(1)} s`,
    `${callsOf(run).length} refused`,
    String(fieldOf(run.document?.failure, 'message')).replace(/^.*: a call/, 'a call'),
  ]);
}

/** No more than the tool's own words need, and the time of the kernel, after the call that failed. */
const ENDED_MS = 5000;
/** For a tool that retries without a gateway. */
const RETRIED_MS = 40_000;

/**
 * Without retries in the policy the first failure ends a run through the gateway, typed by the provider's status, within five seconds of
 * the call.
 */
export async function failing(
  bench: Bench,
  status: FailureStatus,
  setting: Setting = 'default',
): Promise<Finding> {
  bench.provider.begin(status);
  const running = bench.exec(['--json', '--timeout', '60s', PROMPT], undefined, setting);
  await asks(bench, running);
  const atMs = performance.now();
  const run = await running.end;
  const tookMs = performance.now() - atMs;
  const type = String(fieldOf(run.document?.failure, 'type'));
  const wanted = { 401: ['authentication'], 429: ['rate_limit'], 500: ['provider_error', 'overloaded'] };
  const isWatched = callsOf(run).length > 0;
  const known = !isWatched || fieldOf(run.document?.failure, 'http_status') === status;
  const problems = [
    ...unless(wanted[status].includes(type) && known, `${whatFailed(run)}; ${requests(bench)}`),
    ...unless(
      tookMs < (isWatched ? ENDED_MS : RETRIED_MS),
      `ended ${(tookMs / 1000).toFixed(1)} s after its first call`,
    ),
    ...leftovers(run),
  ];
  return finding(problems, [
    `${type}, exit ${run.exitCode}`,
    requests(bench),
    `${(tookMs / 1000).toFixed(1)} s after its first call`,
    isWatched ? '' : 'without a gateway',
  ]);
}

/** Tokens of a usage, by the names of the JSON document, as the provider bills them. */
const BILLED: readonly [name: keyof Tokens, field: string][] = [
  ['input', 'input_tokens'],
  ['cacheRead', 'cache_read_tokens'],
  ['cacheWrite', 'cache_write_tokens'],
  ['output', 'output_tokens'],
];
const CAP_USD = 0.02;

/** Agents that go on and on, with answers of any usage that their requests allow: what the provider bills never passes the cap. */
async function capHolds(bench: Bench): Promise<Finding> {
  if (bench.tool.gateway === 'never') return NO_GATEWAY;
  const problems: string[] = [];
  const spent: number[] = [];
  let [calls, refused, compared] = [0, 0, 0];
  for (let n = 0; n < bench.capRuns; n++) {
    bench.provider.begin('random');
    const running = bench.exec(
      ['--json', '--timeout', '60s', '--max-cost', `${CAP_USD}`, PROMPT],
      undefined,
      'cheap',
    );
    const run = await running.end;
    const billed = bench.provider.billed();
    const usd = billed.reduce((sum, tokens) => sum + priceOf(tokens), 0) / 1e6;
    spent.push(usd);
    const admitted = callsOf(run).filter((call) => fieldOf(call, 'status') !== 402);
    calls += billed.length;
    refused += callsOf(run).length - admitted.length;
    problems.push(
      ...unless(usd <= CAP_USD, `run ${n + 1} spent $${usd}`),
      ...unless(admitted.length === billed.length, `${admitted.length} calls for ${billed.length}`),
      ...unless(billed.length > 0, whatFailed(run)),
      ...leftovers(run),
    );
    // A call that the end of its run has cut off counts as all that it held.
    if (admitted.some((call) => fieldOf(fieldOf(call, 'cost'), 'basis') !== 'computed')) continue;
    compared += 1;
    const total = (name: keyof Tokens) => billed.reduce((sum, tokens) => sum + tokens[name], 0);
    for (const [name, field] of BILLED) {
      const seen = fieldOf(run.document?.usage, field) ?? 0;
      problems.push(...unless(seen === total(name), `${field} ${seen} for ${total(name)}`));
    }
  }
  return finding(problems, [
    `${bench.capRuns} runs`,
    `${calls} calls, and ${refused} refused`,
    `$${Math.max(...spent).toFixed(4)} at most`,
    `usage equal to the token in ${compared}`,
  ]);
}

function priceOf({ input, cacheRead, cacheWrite, output }: Tokens): number {
  const price = CHEAP_PRICE;
  return (
    input * price.input +
    cacheRead * price.cache_read +
    cacheWrite * price.cache_write +
    output * price.output
  );
}

const NO_GATEWAY: Finding = { ok: true, seen: 'its definition has no gateway' };

function callsOf(run: RouterRun): unknown[] {
  const attempts = run.document?.attempts;
  const calls = Array.isArray(attempts) ? attempts.map((attempt) => fieldOf(attempt, 'calls')) : [];
  return calls.flatMap((list) => (Array.isArray(list) ? list : []));
}

/** Whether the tool asks the provider before it ends or its time to start is over. */
export function asks(bench: Bench, running: RunningRouter): Promise<boolean> {
  return Promise.race([bench.provider.firstModelRequest(START_LIMIT_MS), running.end.then(() => false)]);
}
