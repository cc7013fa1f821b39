import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { pair } from './configs.js';

/** Waits for a trace that matches. */
async function traceThat(
  rig: Rig,
  fits: (trace: Rig['traces'] extends () => (infer T)[] ? T : never) => boolean,
) {
  for (;;) {
    const found = rig.traces().find(fits);
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const listed = async (rig: Rig) => JSON.parse((await rig.run(['trace', '--json'])).stdout);

describe('a router that is killed with -9 (AT-12)', () => {
  it(
    'while a tool works leaves a trace that is read as interrupted, and the next run works',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const first = rig.fake('first-cli');
      const running = rig.start(['exec', '-o', 'answer.md', 'hi']);
      const call = await first.nextCall();
      await traceThat(rig, ({ status }) => status === 'running');
      expect(await listed(rig)).toMatchObject([
        { status: 'running', latency_ms: null, attempts: [{ n: 1, tool: 'first', status: 'running' }] },
      ]);
      running.kill('SIGKILL');
      await running.done;
      call.exit(0);
      await call.gone;
      const [trace] = await listed(rig);
      expect(trace).toMatchObject({ status: 'interrupted', failure: null, cost: null });
      expect((await rig.run(['trace', '--status', 'interrupted', '--ndjson'])).stdout).toContain(trace.id);
      const story = await rig.run(['trace', 'show', trace.id]);
      expect(story.stdout).toContain('the router was killed');
      expect(rig.exists('answer.md')).toBe(false);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      expect(await rig.run(['exec', '--tool', 'second', '-o', 'answer.md', 'hi'])).toMatchObject({ code: 0 });
      expect(rig.read('answer.md')).toBe('fine\n');
      expect((await listed(rig)).map(({ status }: { status: string }) => status)).toEqual([
        'succeeded',
        'interrupted',
      ]);
    }),
  );

  it(
    'during a fallback still shows the first failure',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ stderr: 'boom\n', exit: 2 }]);
      const second = rig.fake('second-cli');
      const running = rig.start(['exec', 'hi']);
      const call = await second.nextCall();
      await traceThat(rig, ({ attempts }) => attempts.length === 2);
      running.kill('SIGKILL');
      await running.done;
      call.exit(0);
      await call.gone;
      expect(await listed(rig)).toMatchObject([
        {
          status: 'interrupted',
          tool: 'second',
          attempts: [
            { status: 'failed', failure: { type: 'provider_error', stderr_tail: 'boom' } },
            { status: 'running' },
          ],
          events: [{ type: 'fallback', attempt: 1, reason: 'provider_error' }],
        },
      ]);
    }),
  );

  const rounds = 60;

  it(
    `at ${rounds} chosen moments leaves every file readable`,
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.write(path.join(rig.bin, 'first-cli'), '#!/bin/sh\nread line\necho "$line"\n');
      await rig.shell(`/bin/chmod +x ${rig.bin}/first-cli`);
      for (let round = 0; round < rounds; round++) {
        const running = rig.start(['exec', '-o', 'answer.md', 'hi']);
        const ended = running.done.then(() => 'ended');
        const after = new Promise((resolve) => setTimeout(resolve, 60 + (round * 120) / rounds));
        if ((await Promise.race([ended, after])) !== 'ended') running.kill('SIGKILL');
        await running.done;
        if (rig.exists('answer.md')) expect(rig.read('answer.md')).toBe('hi\n');
      }
      const all = await rig.run(['trace', '--last', '999', '--json']);
      expect(all).toMatchObject({ code: 0, stderr: '' });
      const statuses = JSON.parse(all.stdout).map(({ status }: { status: string }) => status);
      expect(statuses.filter((status: string) => status !== 'succeeded' && status !== 'interrupted')).toEqual(
        [],
      );
      expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout: 'hi\n' });
      expect(readdirSync(rig.tmp).filter((name) => name !== 'node-compile-cache')).toEqual([]);
    }),
  );
});
