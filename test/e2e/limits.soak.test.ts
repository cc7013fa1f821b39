import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

/** A tool with limits, and another one to fall back to. */
const limited = (limits: string): string => `version: 1
default_agent: me
agents: { me: { preferred_tool: bot, fallback_chain: [other] } }
tools:
  bot: { binary: bot-cli, args: [], ${limits} }
  other: { kind: mock, responses: [{ text: from the other }] }
`;

const ONE = 'concurrency: 1';
const exec = (...more: string[]): string[] => ['exec', '--no-stdin', ...more, 'hi'];

/** A queued request with this many ahead. */
async function waiter(rig: Rig, ahead: number, ...more: string[]) {
  const running = rig.start(exec(...more));
  await running.waitFor(`waiting for a slot of bot${ahead === 0 ? '' : `, ${ahead} before you`}`);
  return running;
}

describe('a tool that may run once at a time', () => {
  it(
    'is used by two shells in turn, with a notice to the second',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(ONE));
      const bot = rig.fake('bot-cli');
      const first = rig.start(exec());
      const call = await bot.nextCall();
      const second = await waiter(rig, 0);
      call.stdout('first answer');
      call.exit(0);
      expect(await first.done).toMatchObject({ code: 0, stdout: 'first answer\n' });
      const next = await bot.nextCall();
      next.stdout('second answer');
      next.exit(0);
      const { code, stdout, stderr } = await second.done;
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: 'second answer\n',
        stderr: 'waiting for a slot of bot\n',
      });
    }),
  );

  it(
    'is free again when its user is killed, and skips a killed waiter',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(ONE));
      const bot = rig.fake('bot-cli');
      const first = rig.start(exec());
      const call = await bot.nextCall();
      const second = await waiter(rig, 0);
      const third = await waiter(rig, 1);
      second.kill('SIGKILL');
      await second.done;
      first.kill('SIGKILL');
      await first.done;
      const next = await bot.nextCall();
      next.stdout('fine');
      for (const one of [call, next]) one.exit(0);
      expect(await third.done).toMatchObject({ code: 0, stdout: 'fine\n' });
    }),
  );

  it(
    'loses a waiter that is cancelled or times out',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(ONE));
      const bot = rig.fake('bot-cli');
      const first = rig.start(exec());
      const call = await bot.nextCall();
      const second = await waiter(rig, 0, '--json');
      const third = await waiter(rig, 1, '--json', '--timeout', '3s');
      second.kill('SIGINT');
      expect((await second.done).code).toBe(130);
      const late = await third.done;
      expect(late.code).toBe(124);
      expect(late.json()).toMatchObject({
        attempts: [],
        failure: {
          type: 'timeout',
          phase: 'invocation',
          message: expect.stringContaining('while it waited for a slot of `bot`'),
        },
      });
      const { stdout } = await rig.run(['doctor']);
      expect(stdout).toMatch(/Limits\n +ok +bot +1 of 1 slots in use \(process \d+\), 0 of at most 100 wait/);
      call.stdout('fine');
      call.exit(0);
      expect((await first.done).code).toBe(0);
      expect((await rig.run(['doctor'])).stdout).toContain('0 of 1 slots in use, 0 of at most 100 wait');
    }),
  );

  it(
    'refuses requests when the queue is full: next candidate, or exit code 75',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(`${ONE}, rate_limit: { queue: 1 }`));
      const bot = rig.fake('bot-cli');
      const first = rig.start(exec());
      const call = await bot.nextCall();
      const second = await waiter(rig, 0);
      const full = 'no slot of `bot` is free (1 in use), and 1 wait for one, of at most 1';
      const third = await rig.run(exec('--json', '--no-fallback'));
      expect(third.code).toBe(75);
      expect(third.json()).toMatchObject({
        attempts: [],
        failure: { type: 'rate_limit', phase: 'admit', message: full, reset_at: null },
        plan: { rejected: [{ tool: 'bot', reason: 'rate_limit', at: 'llm-router.yaml:5:50' }] },
      });
      const fourth = await rig.run(exec());
      expect(fourth).toMatchObject({ code: 0, stdout: 'from the other\n' });
      call.exit(3);
      const next = await bot.nextCall();
      next.stdout('fine');
      next.exit(0);
      for (const one of [first, second]) expect((await one.done).code).toBe(0);
    }),
  );

  it(
    'is shared with nested runs, and with no other run of the family',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(ONE));
      const bot = rig.fake('bot-cli');
      const outer = rig.start(exec());
      const call = await bot.nextCall();
      const inner = rig.start(exec(), { env: call.env });
      const inside = await bot.nextCall();
      const { LLM_ROUTER_SLOTS: _slots, ...stranger } = call.env;
      const sibling = rig.start(exec(), { env: { ...stranger, LLM_ROUTER_SLOTS: undefined } });
      await sibling.waitFor('waiting for a slot of bot');
      sibling.kill('SIGINT');
      expect((await sibling.done).code).toBe(130);
      inside.stdout('inner');
      inside.exit(0);
      expect(await inner.done).toMatchObject({ code: 0, stdout: 'inner\n', stderr: '' });
      call.stdout('outer');
      call.exit(0);
      expect(await outer.done).toMatchObject({ code: 0, stdout: 'outer\n' });
    }),
  );

  it(
    'reports waiting and running requests to a program',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited(ONE));
      const bot = rig.fake('bot-cli');
      const first = rig.start(exec());
      const call = await bot.nextCall();
      const second = rig.start(exec('--format', 'ndjson'));
      await second.waitFor('queue.wait');
      call.exit(3);
      (await bot.nextCall()).exit(3);
      await first.done;
      const events = (await second.done).stdout.split('\n').filter((line) => line.includes('queue.wait'));
      expect(events.map((line) => JSON.parse(line))).toEqual([
        {
          type: 'queue.wait',
          ts: expect.any(String),
          id: expect.any(String),
          attempt: 1,
          tool: 'bot',
          model: null,
          position: 1,
          delay_ms: null,
          at: null,
          waited_ms: 0,
        },
      ]);
    }),
  );
});

describe('twelve processes on two slots, half of them killed at any moment', () => {
  it(
    'leave nothing stuck: every surviving request is served',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', limited('concurrency: 2'));
      writeFileSync(path.join(rig.bin, 'bot-cli'), '#!/bin/sh\n/bin/sleep 0.1\necho fine\n', { mode: 0o755 });
      const running = Array.from({ length: 12 }, () => rig.start(exec()));
      const [victims, others] = [running.slice(0, 6), running.slice(6)];
      await Promise.all(
        victims.map(async (victim, index) => {
          await delay(200 * index);
          victim.kill('SIGKILL');
        }),
      );
      const ended = await Promise.all(others.map(({ done }) => done));
      expect(ended.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
        Array(6).fill({ code: 0, stdout: 'fine\n' }),
      );
      await Promise.all(victims.map(({ done }) => done));
      expect((await rig.run(['doctor'])).stdout).toContain('0 of 2 slots in use, 0 of at most 100 wait');
    }),
  );
});

describe('a tool with a limit of starts per minute', () => {
  it(
    'is started that often by 16 processes at once; the others get the time of the next start',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, responses: [{ text: fine }], rate_limit: { requests_per_minute: 5 } } }
`,
      );
      const before = Date.now();
      const runs = await Promise.all(Array.from({ length: 16 }, () => rig.run(exec('--json'))));
      expect(runs.map(({ code }) => code).sort()).toEqual([...Array(5).fill(0), ...Array(11).fill(75)]);
      for (const run of runs.filter(({ code }) => code === 75)) {
        const { failure } = run.json();
        expect(failure).toMatchObject({ type: 'rate_limit', phase: 'admit' });
        expect(failure?.message).toMatch(/`bot` may be started 5 times in any minute, and may next start at/);
        expect(failure?.hint).toMatch(
          /requests_per_minute.*try again after .*, or wait with `--patience \d+s`/,
        );
        expect(Date.parse(failure?.reset_at ?? '')).toBeGreaterThanOrEqual(before + 60_000);
      }
      expect((await rig.run(['doctor'])).stdout).toContain('5 of 5 starts in the last minute');
    }),
  );
});
