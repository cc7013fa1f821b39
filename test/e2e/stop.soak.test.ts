import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { solo } from './configs.js';

describe('a signal to the router while a tool works', () => {
  it(
    'gives the document with --json',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--json', 'hi']);
      await bot.nextCall();
      running.kill('SIGINT');
      const result = await running.done;
      expect(result.code).toBe(130);
      expect(result.json()).toMatchObject({
        status: 'cancelled',
        failure: { type: 'cancelled', phase: 'SIGINT' },
      });
    }),
  );

  it(
    'ends a tool that ignores SIGTERM, after its grace',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'grace: 200ms'));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', 'hi']);
      const call = await bot.nextCall();
      await call.ignore('SIGTERM');
      running.kill('SIGINT');
      await call.signalled;
      expect((await running.done).code).toBe(130);
    }),
  );
});
