import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { today } from '../e2e/money.js';
import { rigged } from '../rig/rig.js';
import { answer, message, scriptOf, setUp } from './caller.js';
import { callsOf, journals, killedRun, micro, shown } from './killed-run.js';

const BODY = message('claude-1', 100);
/** Micro-dollars that a call of it holds, and that an answer of 50 and 10 tokens costs. */
const [HELD, COST] = [Buffer.byteLength(JSON.stringify(BODY)) * 10 + 100 * 30, 50 * 10 + 10 * 30];

describe('the trace of a run whose router was killed', () => {
  it(
    'has the calls that had ended, and the open one with what it holds; they come to what the ledger counts',
    rigged(async (rig) => {
      await killedRun(rig, { steps: [{ body: BODY }], forever: true, quiet: true }, async (provider) => {
        for (let n = 0; n < 2; n++) await answer(50, 10)(await provider.nextCall());
        await provider.nextCall();
      });
      const trace = await shown(rig);
      expect([trace.status, callsOf(trace)]).toEqual([
        'interrupted',
        [
          [200, COST, undefined],
          [200, COST, undefined],
          [null, HELD, 'cancelled'],
        ],
      ]);
      expect(trace.usage).toMatchObject({ input_tokens: 100, output_tokens: 20 });
      const { interrupted } = await today(rig);
      expect([micro(trace.cost?.usd), trace.cost?.basis]).toEqual([2 * COST + HELD, 'estimated']);
      expect(micro(interrupted.counted_usd)).toBe(2 * COST + HELD);
    }),
  );
});

describe('the calls of a run that goes on', () => {
  it(
    'are in its trace as they end, without secrets and without its prompt, and beside it no longer than that',
    rigged(async (rig) => {
      const provider = await setUp(rig, undefined, {
        policy: 'gateway: always',
        tool: 'api_key_env: BOT_KEY',
      });
      const secret = 'sk-secret-of-the-bot-1234567890';
      const steps = [{ body: BODY }, { body: BODY }];
      const running = rig.start(['exec', '--json'], {
        stdin: scriptOf({ steps }),
        env: { BOT_KEY: secret },
      });
      const first = await provider.nextCall();
      const said = `no: ${secret}, and ${scriptOf({ steps })}`;
      first.head(400, { 'content-type': 'application/json' });
      first.end(JSON.stringify({ error: { message: said } }));
      const second = await provider.nextCall();
      const trace = await shown(rig);
      expect([trace.status, callsOf(trace)]).toEqual(['running', [[400, 0, 'invalid_request']]]);
      const [journal = ''] = journals(rig);
      const text = readFileSync(path.join(rig.project, '.llm-router/traces', journal), 'utf8');
      expect([text.includes(secret), text.includes('max_tokens')]).toEqual([false, false]);
      expect(text.split('\n').length).toBe(4);
      await answer(50, 10)(second);
      await running.done;
      expect([(await shown(rig)).attempts[0]?.calls.length, journals(rig)]).toEqual([2, []]);
    }),
  );
});
