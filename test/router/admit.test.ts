import { expect, it } from '@jest/globals';
import { adapterOf } from '../../src/adapters/registry.js';
import { failure } from '../../src/domain/failure.js';
import { NO_FAMILY } from '../../src/domain/family.js';
import { emptyRequest } from '../../src/domain/request.js';
import { type Entered, type OpenGate, refuse } from '../../src/gates/gate.js';
import { createRedactor } from '../../src/redact/redact.js';
import { admit, leave } from '../../src/router/admit.js';
import { candidatesInRun, type Run } from '../../src/router/state.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';
import { routerOf } from '../rig/router.js';

const CONFIG = configOf('tools: { one: { kind: mock, responses: [{ text: hi }] } }');
const FULL = { refusal: refuse('rate_limit', 'no slot is free', { hint: null, at: null }), queued: true };
const GRANTED: Entered = { grant: {} };

/** A gate that writes down what is asked of it. */
function gate(log: string[], name: string, answers: { enter?: Entered; confirm?: Entered } = {}) {
  const { enter = GRANTED, confirm = GRANTED } = answers;
  const entered = (what: string, answer: Entered) => async () => {
    log.push(`${what} ${name}`);
    return answer;
  };
  const open: OpenGate = {
    enter: entered('enter', enter),
    confirm: entered('confirm', confirm),
    leave: async ({ is }) => void log.push(`leave ${name} ${is}`),
  };
  return { name, gate: open };
}

/** Admits the one candidate of a plan through these gates; `quota`: it cools down since the plan was made. */
async function admission(gates: Run['gates'], quota = false) {
  const host = { ...realHost(), readFile: async () => '', redactor: createRedactor(), adapterOf };
  const cooldowns = ownCooldowns();
  const planned = await routerOf(CONFIG, { cooldowns }).plan({ ...emptyRequest('/'), tool: 'one' });
  if (!planned.ok) throw new Error(planned.error.message);
  const [candidate] = candidatesInRun(planned.value);
  if (candidate === undefined) throw new Error('the plan has no candidate');
  if (quota) {
    const untilMs = Date.now() + 60_000;
    const cooldown = { tool: 'one', model: null, reason: 'quota' as const, untilMs };
    await cooldowns.change((state) => ({ ...state, cooldowns: [cooldown] }));
  }
  const stores = {
    ledger: null,
    cooldowns,
    traces: null,
    audit: null,
    telemetry: null,
    runningDir: null,
    isolatedDir: null,
    modelLists: null,
  };
  const run = { planned: planned.value, host, stores, gates, attempts: [] };
  return admit(run, candidate, 0);
}

it('enters every gate in order, then confirms them, and adds up what they grant', async () => {
  const log: string[] = [];
  const slot = gate(log, 'slot', {
    enter: { grant: { slots: ['old'] } },
    confirm: { grant: { slots: ['new'] } },
  });
  const money = gate(log, 'money', { enter: { grant: { maxCostMicroUsd: 7 } } });
  expect(await admission([slot, money])).toEqual({
    n: 1,
    grant: { slots: ['new'], maxCostMicroUsd: 7, calls: null, family: NO_FAMILY },
  });
  expect(log).toEqual(['enter slot', 'enter money', 'confirm slot', 'confirm money']);
});

it.each([
  ['enter', ['enter slot', 'enter money', 'leave money not_started', 'leave slot not_started']],
  [
    'confirm',
    [
      'enter slot',
      'enter money',
      'confirm slot',
      'confirm money',
      'leave money not_started',
      'leave slot not_started',
    ],
  ],
])('leaves every gate in the reverse order when %s refuses', async (step, expected) => {
  const log: string[] = [];
  const gates = [gate(log, 'slot'), gate(log, 'money', { [step]: FULL })];
  expect(await admission(gates)).toEqual({ ...FULL, gate: 'money' });
  expect(log).toEqual(expected);
});

it('checks again what may have changed during a wait', async () => {
  const log: string[] = [];
  const waited: Entered = { grant: {}, waited: true };
  expect(await admission([gate(log, 'slot', { enter: waited })])).toHaveProperty('grant');
  expect(await admission([gate(log, 'slot')], true)).toMatchObject({
    gate: 'cooldown',
    refusal: { reason: 'quota' },
  });
  expect(log).toEqual(['enter slot', 'confirm slot']);
});

it('ends the run where a gate says so', async () => {
  const log: string[] = [];
  const stop = failure('cancelled', 'cancelled by SIGINT');
  expect(await admission([gate(log, 'slot', { enter: { stop } }), gate(log, 'money')])).toEqual({ stop });
  expect(log).toEqual(['enter slot', 'leave money not_started', 'leave slot not_started']);
});

it('leaves the slot only after what holds for its tool is settled', async () => {
  const log: string[] = [];
  await leave([gate(log, 'slot'), gate(log, 'cooldown'), gate(log, 'money')], { is: 'unknown' });
  expect(log).toEqual(['leave money unknown', 'leave cooldown unknown', 'leave slot unknown']);
});
