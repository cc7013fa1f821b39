import { describe, expect, it } from '@jest/globals';
import { limitedAgent } from '../rig/limited-agent.js';
import { rigged } from '../rig/rig.js';

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const CONTINUED = ': Fix it\n--resume s-1: Continue where you stopped.\n';

describe('at a limit with a known end, a tool with a session', () => {
  it(
    'is waited for with --patience, and continues its session with the files as they are',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '300ms', chain: 'other' });
      const { code, stdout, stderr } = await rig.run([...EXEC, '--patience', '1m', '--format', 'ndjson']);
      expect([code, rig.read('../calls'), rig.read('made.txt')]).toEqual([0, CONTINUED, 'one\ntwo\n']);
      expect(stderr).toMatch(/worker failed \(quota: .*\), continuing its session in \d+ ms/);
      const scheduled = stdout.split('\n').find((line) => line.includes('"retry.scheduled"')) ?? '';
      expect(JSON.parse(scheduled)).toMatchObject({ attempt: 1, reason: 'quota', continues: true });
      const [trace] = rig.traces();
      expect(trace?.attempts).toMatchObject([
        { continues: null, usage: { input_tokens: 1000, output_tokens: 100 }, cost: { usd: 0.01 } },
        { continues: 1, usage: { input_tokens: 500, output_tokens: 200 }, cost: { usd: 0.02 } },
      ]);
      expect(trace).toMatchObject({
        cost: { usd: 0.03 },
        session_totals: { usage: { input_tokens: 1500, output_tokens: 300 }, cost_usd: 0.03 },
      });
    }),
  );

  it(
    'is waited for with resume_at_reset, for at most max_wait',
    rigged(async (rig) => {
      const policy = (most: string) => `recovery: { resume_at_reset: true, max_wait: ${most} }`;
      limitedAgent(rig, { again: '100ms', policy: policy('1s') });
      expect((await rig.run(EXEC)).code).toBe(0);
      limitedAgent(rig, { again: '2h', policy: policy('1h') });
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([75, expect.stringContaining('so no fallback was tried [quota]')]);
    }),
  );

  it(
    'ends the run without patience, which says how to continue; exec --resume does, also without a prompt',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '1h', chain: 'other' });
      const { code, stderr } = await rig.run(EXEC);
      const id = rig.traces()[0]?.id ?? '';
      expect([code, rig.read('../calls')]).toEqual([75, ': Fix it\n']);
      expect(stderr).toMatch(/after .*, `llm-router exec --resume \w+ --agent me` continues its session/);
      expect(stderr).toContain('with `--patience` a run waits and does so by itself');
      await rig.run(['doctor', '--clear-cooldowns']);
      const resumed = await rig.run(['exec', '--resume', id, '--agent', 'me', '--json', '--no-stdin']);
      expect([resumed.code, rig.read('../calls'), rig.read('made.txt')]).toEqual([
        0,
        CONTINUED,
        'one\ntwo\n',
      ]);
      expect(resumed.json()).toMatchObject({ text: 'finished', cost: { usd: 0.02 } });
    }),
  );

  it(
    'starts over with --patience where its definition cannot continue one',
    rigged(async (rig) => {
      const does = 'if [ -e made.txt ]; then echo \'{"text":"done"}\'; exit 0; fi; echo one > made.txt';
      const policy = 'retry: { after_side_effects: true }';
      limitedAgent(rig, { again: '100ms', sessions: false, does, policy });
      const { code, stderr } = await rig.run([...EXEC, '--patience', '1m']);
      expect([code, rig.read('../calls')]).toEqual([0, ': Fix it\n: Fix it\n']);
      expect(stderr).toContain('trying again in');
    }),
  );
});
