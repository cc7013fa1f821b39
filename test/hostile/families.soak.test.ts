import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { solo } from '../e2e/configs.js';
import type { Call } from '../rig/fakes.js';
import { isAlive } from '../rig/processes.js';
import { type Rig, rigged } from '../rig/rig.js';
import type { Running } from '../rig/run.js';

const CONFIG = (tool: string, more = '') =>
  `version: 1\ndefault_agent: a\nagents: { a: { preferred_tool: t } }\ntools: { t: { binary: ${tool}, args: [], billing: free, grace: 300ms${more} } }\n`;

function script(rig: Rig, name: string, text: string): void {
  const file = path.join(rig.bin, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** An `exec` nested in an `exec`; the test drives the inner tool, which has a child in its own session. */
async function nested(rig: Rig): Promise<{ outer: Running; call: Call; innerPid: number; child: number }> {
  const inner = rig.write('inner.yaml', solo('[go]', 'grace: 300ms'));
  script(rig, 'outer-cli', `#!/bin/sh\nllm-router exec --config ${inner} hi\n`);
  const outer = rig.start(['exec', '--config', rig.write('outer.yaml', CONFIG('outer-cli')), 'hi']);
  const call = await rig.fake('bot-cli').nextCall();
  const child = await call.fork(true);
  return { outer, call, innerPid: parentOf(call.pid), child };
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

async function allGone(pids: readonly number[]): Promise<void> {
  expect(pids.filter(isAlive)).toEqual([]);
}

describe('an exec inside the tool of an exec', () => {
  it(
    'answers',
    rigged(async (rig) => {
      const { outer, call, child } = await nested(rig);
      call.stdout('ok');
      call.exit(0);
      expect(await outer.done).toMatchObject({ code: 0, stdout: 'ok\n' });
      await allGone([child]);
    }),
  );

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends with it on %s', async (signal) => {
    await rigged(async (rig) => {
      const { outer, call, innerPid, child } = await nested(rig);
      outer.kill(signal);
      await outer.done;
      await allGone([call.pid, innerPid, child]);
    })();
  });

  it(
    'ends with it even when the inner one is stopped and its tool ignores signals',
    rigged(async (rig) => {
      const { outer, call, innerPid, child } = await nested(rig);
      await call.ignore('SIGTERM');
      process.kill(innerPid, 'SIGSTOP');
      outer.kill('SIGTERM');
      expect((await outer.done).code).toBe(143);
      await allGone([call.pid, innerPid, child]);
    }),
  );

  it(
    'leaves its tool to the outer one when it is killed',
    rigged(async (rig) => {
      const { outer, call, innerPid, child } = await nested(rig);
      process.kill(innerPid, 'SIGKILL');
      expect((await outer.done).code).not.toBe(0);
      await allGone([call.pid, child]);
    }),
  );

  it(
    'outlives the kill of the outer one only until the next run',
    rigged(async (rig) => {
      const { outer, call, innerPid, child } = await nested(rig);
      outer.kill('SIGKILL');
      await outer.done;
      script(rig, 'quick-cli', '#!/bin/sh\necho ok\n');
      const next = await rig.run(['exec', '--config', rig.write('next.yaml', CONFIG('quick-cli')), 'hi']);
      expect(next).toMatchObject({ code: 0, stdout: 'ok\n' });
      await allGone([call.pid, innerPid, child]);
    }),
  );
});

describe('a program that may be left running', () => {
  const LEAVES = [
    '#!/bin/sh',
    'leave() { "$@" </dev/null >/dev/null 2>&1 & echo $!; }',
    'leave /bin/sleep 1000',
    'leave /usr/bin/setsid /bin/sleep 1001',
    'leave /usr/bin/setsid /usr/bin/tail -f /dev/null',
    'leave node -e "setInterval(() => {}, 1000)" -- daemon.js',
    '/bin/sleep 0.2',
  ].join('\n');

  it(
    'stays, by the name of its program, and no other does',
    rigged(async (rig) => {
      script(rig, 'leaves-cli', LEAVES);
      const config = rig.write('c.yaml', CONFIG('leaves-cli', ', leave_running: [sleep, node]'));
      const { stdout, code } = await rig.run(['exec', '--config', config, 'hi']);
      const left = stdout.trim().split('\n').map(Number);
      const alive = left.map(isAlive);
      for (const pid of left.filter(isAlive)) process.kill(pid, 'SIGKILL');
      expect({ code, alive }).toEqual({ code: 0, alive: [true, true, false, true] });
    }),
  );
});
