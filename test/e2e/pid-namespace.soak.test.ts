import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { costing, paid, today } from './money.js';

/** Commands that start a program in its own PID namespace: as root, or as any user where the kernel allows it. */
const WAYS = ['unshare', 'unshare --user --map-root-user'].map((way) => `${way} --pid --fork --mount-proc`);
const UNSHARE = WAYS.find(works);
if (UNSHARE === undefined)
  process.stderr.write(
    'SKIPPED: cannot create a PID namespace (`unshare --pid`), so runs in one are not tested\n',
  );

function works(way: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `${way} true`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts an `exec` in its own PID namespace, whose tool answers once the file `go` exists. */
async function startInNamespace(rig: Rig) {
  const tool = path.join(rig.bin, 'bot-cli');
  const wait = 'until [ -e go ]; do /bin/sleep 0.02; done';
  writeFileSync(tool, `#!/bin/sh\n: > started\n${wait}\nprintf '%s' '${costing(0.1)}'\n`);
  chmodSync(tool, 0o755);
  const program = execFileSync('/bin/sh', ['-c', 'command -v unshare'], { encoding: 'utf8' }).trim();
  const inner = rig.shell(`${UNSHARE?.replace('unshare', program)} /bin/sh -c 'llm-router exec hi; exit $?'`);
  for (; !rig.exists('started'); await delay(5));
  return { done: inner };
}

const limitRow = async (rig: Rig) => {
  const { rows } = JSON.parse((await rig.run(['doctor', '--json'])).stdout) as {
    rows: { check: string; detail: string }[];
  };
  return rows.find(({ check }) => check === 'limit')?.detail;
};

const inNamespace = UNSHARE === undefined ? it.skip : it;

inNamespace(
  'a run in another PID namespace keeps its reservation, slot and processes while others plan and run',
  rigged(async (rig) => {
    const quick = 'quick: { binary: quick-cli, args: [], billing: free }';
    rig.write(
      'llm-router.yaml',
      paid('{ daily_usd: 0.8, limit: { type: hard } }', { tool: `concurrency: 1\n  ${quick}` }),
    );
    rig.script('quick-cli', [{ stdout: 'ok' }]);
    const inner = await startInNamespace(rig);
    const dry = await rig.run(['exec', '--dry-run', '--json', 'hello']);
    expect(dry.json().failure).toMatchObject({ type: 'budget_exceeded' });
    expect((await rig.run(['exec', '--tool', 'quick', 'hello'])).stdout).toBe('ok\n');
    expect((await today(rig)).held).toEqual({ runs: 1, usd: 0.5 });
    expect(await limitRow(rig)).toContain('1 of 1 slots in use');
    expect(readdirSync(path.join(rig.state, 'llm-router', 'running'))).toHaveLength(1);
    rig.write('go', '');
    expect(await inner.done).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(await today(rig)).toMatchObject({
      held: { runs: 0 },
      interrupted: { runs: 0 },
      cost_usd: 0.1,
    });
  }),
);
