import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../rig/processes.js';
import { rigged } from '../rig/rig.js';
import { firstRows } from '../soak.js';
import { pair, solo } from './configs.js';

const SIGNALS = [
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
  { signal: 'SIGHUP', code: 129 },
] as const;
const TRIED = firstRows(1, SIGNALS);

describe('a signal to the router while a tool works', () => {
  it.each(TRIED)('$signal ends the tool and its children, and is in the trace', async ({ signal, code }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const first = rig.fake('first-cli');
      rig.script('second-cli', []);
      const running = rig.start(['exec', 'hi']);
      const call = await first.nextCall();
      const child = await call.fork();
      running.kill(signal);
      expect(await running.done).toMatchObject({ code, stdout: '' });
      await call.gone;
      expect(isAlive(child)).toBe(false);
      expect(rig.traces()).toMatchObject([
        {
          status: 'cancelled',
          failure: { type: 'cancelled', phase: signal },
          attempts: [{ tool: 'first', status: 'cancelled', failure: { type: 'cancelled' } }],
        },
      ]);
    })();
  });

  it(
    'twice does not wait for the grace',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'grace: 1h'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', 'hi']);
      const call = await bot.nextCall();
      await call.ignore('SIGTERM');
      running.kill('SIGINT');
      await call.signalled;
      running.kill('SIGINT');
      expect((await running.done).code).toBe(130);
      await call.gone;
    }),
  );

  it(
    'leaves no half-written file of -o',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '-o', 'answer.md', 'hi']);
      const call = await bot.nextCall();
      call.stdout('half an answer');
      running.kill('SIGINT');
      expect((await running.done).code).toBe(130);
      expect(rig.exists('answer.md')).toBe(false);
    }),
  );
});

describe('--timeout', () => {
  it(
    'ends the tool and the run, without fallback',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const first = rig.fake('first-cli');
      rig.script('second-cli', []);
      const done = rig.run(['exec', '--json', '--timeout', '1500ms', 'hi']);
      const call = await first.nextCall();
      const result = await done;
      await call.gone;
      expect(result.code).toBe(124);
      expect(result.json()).toMatchObject({
        status: 'failed',
        failure: { type: 'timeout', phase: 'invocation' },
      });
    }),
  );
});

describe('after a success', () => {
  it(
    'children that the tool left running are ended',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const done = rig.run(['exec', 'hi']);
      const call = await bot.nextCall();
      const child = await call.fork();
      call.stdout('ok');
      call.exit(0);
      expect(await done).toMatchObject({ code: 0, stdout: 'ok\n' });
      expect(isAlive(child)).toBe(false);
    }),
  );
});

describe('a reader that closes the pipe while the tool works', () => {
  it(
    'ends the tool and the run quietly',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        solo('[go]', 'output: { format: text }').replace('output: { format: text }\n', '\n'),
      );
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--stream', 'hi']);
      const call = await bot.nextCall();
      call.stdout('first words\n');
      await running.waitFor('first words');
      running.closeStdout();
      call.stdout('more words\n'.repeat(10_000));
      await call.gone;
      expect(await running.done).toMatchObject({ code: 0 });
    }),
  );
});

describe('a reader that reads nothing', () => {
  const ends = [
    { what: 'SIGINT', args: [], signal: 'SIGINT', code: 130 },
    { what: '--timeout', args: ['--timeout', '1500ms'], signal: null, code: 124 },
  ] as const;
  it.each(firstRows(1, ends))('does not hold the router after $what', async ({ args, signal, code }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--stream', ...args, 'hi']);
      const call = await bot.nextCall();
      running.pauseStdout();
      call.stdout('more words\n'.repeat(200_000));
      if (signal !== null) running.kill(signal);
      expect(await running.exited).toBe(code);
      await call.gone;
      running.resumeStdout();
      await running.done;
    })();
  });
});
