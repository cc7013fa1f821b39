import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { parseRecord, type RunRecord, recordLine } from '../../src/router/running/record.js';
import { solo } from '../e2e/configs.js';
import type { Call } from '../rig/fakes.js';
import { isAlive } from '../rig/processes.js';
import { type Rig, rigged } from '../rig/rig.js';

const QUICK =
  'version: 1\ndefault_agent: q\nagents: { q: { preferred_tool: quick } }\ntools: { quick: { binary: quick-cli, args: [], billing: free } }\n';

/** Folder of the records of runs. */
function records(rig: Rig): string {
  return path.join(rig.state, 'llm-router', 'running');
}

function recordNames(rig: Rig): string[] {
  return existsSync(records(rig)) ? readdirSync(records(rig)) : [];
}

function readRecord(rig: Rig): RunRecord {
  const [name = ''] = recordNames(rig);
  const record = parseRecord(readFileSync(path.join(records(rig), name), 'utf8'));
  if (record === null) throw new Error('the record cannot be read');
  return record;
}

/** Kills a router while its tool works; its trace says `running`. */
async function killedRun(rig: Rig): Promise<{ call: Call; record: RunRecord }> {
  rig.write('llm-router.yaml', solo('[go]', 'grace: 200ms'));
  const running = rig.start(['exec', '--json', 'hi']);
  const call = await rig.fake('bot-cli').nextCall();
  running.kill('SIGKILL');
  await running.done;
  const record = readRecord(rig);
  const trace = record.trace ?? '';
  mkdirSync(path.dirname(trace), { recursive: true });
  if (!existsSync(trace)) writeFileSync(trace, JSON.stringify({ id: record.id, status: 'running' }));
  return { call, record };
}

/** Runs a second request, with a tool that answers at once. */
async function nextRun(rig: Rig, env: Record<string, string> = {}) {
  return quickRun(rig, rig.write('quick.yaml', QUICK), env);
}

function quickRun(rig: Rig, config: string, env: Record<string, string> = {}) {
  return rig.run(['exec', '--config', config, '--json', 'hi'], { env });
}

function statusOf({ trace }: RunRecord): string {
  return (JSON.parse(readFileSync(trace ?? '', 'utf8')) as { status: string }).status;
}

function changeRecord(rig: Rig, record: RunRecord, change: Partial<RunRecord>): void {
  writeFileSync(path.join(records(rig), `${record.id}.json`), recordLine({ ...record, ...change }));
}

function endByHand(call: Call): Promise<void> {
  call.exit(0);
  return call.gone;
}

describe('a run', () => {
  it(
    'has a private record while its tool works, and none afterwards',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const done = rig.run(['exec', 'hi']);
      const call = await rig.fake('bot-cli').nextCall();
      call.stdout('ok');
      const record = readRecord(rig);
      expect(record).toMatchObject({ version: 1, root_id: record.id, leader: { pid: call.pid } });
      expect(statSync(path.join(records(rig), `${record.id}.json`)).mode & 0o777).toBe(0o600);
      expect(statSync(records(rig)).mode & 0o777).toBe(0o700);
      call.exit(0);
      await done;
      expect(recordNames(rig)).toEqual([]);
      expect(rig.traces()[0]?.id).toBe(record.id);
      expect(path.basename(record.trace ?? '')).toBe(`${record.id}.json`);
      expect(existsSync(record.trace ?? '')).toBe(true);
    }),
  );

  it(
    'works without a writable folder for its record',
    rigged(async (rig) => {
      mkdirSync(path.dirname(records(rig)));
      writeFileSync(records(rig), 'in the way');
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      expect(await nextRun(rig)).toMatchObject({ code: 0, stderr: '' });
    }),
  );
});

describe('what a killed router leaves', () => {
  it(
    'is ended by the next run, whatever session it is in',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      await call.ignore('SIGTERM');
      const children = [await call.fork(), await call.fork(true)];
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      expect(await nextRun(rig)).toMatchObject({ code: 0, stderr: '' });
      expect([call.pid, ...children].filter(isAlive)).toEqual([]);
      expect({ records: recordNames(rig), status: statusOf(record) }).toEqual({
        records: [],
        status: 'interrupted',
      });
    }),
  );

  it(
    'is identified by its pipes when it has emptied its environment',
    rigged(async (rig) => {
      const agent = path.resolve('test/hostile/agents/empties-the-environment-and-holds-stdout');
      rig.write(
        'llm-router.yaml',
        solo('[go]', 'grace: 200ms').replace('binary: bot-cli', `binary: ${agent}`),
      );
      const running = rig.start(['exec', 'hi']);
      const pids = path.join(rig.project, 'pids');
      for (
        ;
        !existsSync(pids) || recordNames(rig).length === 0 || readRecord(rig).leader === null;
        await delay(5)
      );
      running.kill('SIGKILL');
      await running.exited;
      for (; readFileSync(pids, 'utf8') === ''; await delay(5));
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      expect(isAlive(Number(readFileSync(pids, 'utf8')))).toBe(false);
      await running.done;
    }),
  );

  it(
    'is ended and reported by doctor',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      const result = await rig.run(['doctor', '--json']);
      await call.gone;
      const { rows } = JSON.parse(result.stdout) as { rows: { check: string }[] };
      expect(rows.filter(({ check }) => check === 'run')).toEqual([
        {
          check: 'run',
          subject: record.id,
          status: 'warn',
          detail: 'its router was killed; ended 1 process that it left behind',
          fix: `llm-router trace show ${record.id}`,
          data: { processes: 1 },
        },
      ]);
    }),
  );

  it(
    'is ended by exactly one of many runs that start at once',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      rig.script(
        'quick-cli',
        Array.from({ length: 4 }, () => ({ stdout: 'ok' })),
      );
      const config = rig.write('quick.yaml', QUICK);
      const codes = await Promise.all([1, 2, 3, 4].map(async () => (await quickRun(rig, config)).code));
      await call.gone;
      expect({ codes, records: recordNames(rig), status: statusOf(record) }).toEqual({
        codes: [0, 0, 0, 0],
        records: [],
        status: 'interrupted',
      });
    }),
  );

  it(
    'is ended by another process when the first helper dies',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      const [from, to] = [`${record.id}.json`, `${record.id}.${process.pid}-1.claim`];
      writeFileSync(path.join(records(rig), to), readFileSync(path.join(records(rig), from)));
      changeRecord(rig, record, { router: { ...record.router, host: 'elsewhere' } });
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      await call.gone;
      expect(recordNames(rig)).toEqual([from]);
    }),
  );

  it(
    'is not ended by a nested run',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig, { LLM_ROUTER_ROOT_ID: record.id, LLM_ROUTER_PARENT_ID: record.id });
      expect({ alive: isAlive(call.pid), records: recordNames(rig) }).toEqual({
        alive: true,
        records: [`${record.id}.json`],
      });
      await endByHand(call);
    }),
  );
});

describe('the next run does not end', () => {
  it(
    'the processes of a live router',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const done = rig.run(['exec', 'hi']);
      const call = await rig.fake('bot-cli').nextCall();
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      expect(recordNames(rig)).toHaveLength(1);
      call.stdout('ok');
      call.exit(0);
      expect(await done).toMatchObject({ code: 0, stdout: 'ok\n' });
    }),
  );

  it(
    'the processes of another container that shares the home folder',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      changeRecord(rig, record, { router: { ...record.router, pidNamespace: 'pid:[1]' } });
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      expect({ alive: isAlive(call.pid), status: statusOf(record), records: recordNames(rig) }).toEqual({
        alive: true,
        status: 'running',
        records: [`${record.id}.json`],
      });
      await endByHand(call);
    }),
  );

  it(
    'processes after a reboot, but removes the record',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      changeRecord(rig, record, { router: { ...record.router, bootId: 'earlier' } });
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      expect({ alive: isAlive(call.pid), status: statusOf(record), records: recordNames(rig) }).toEqual({
        alive: true,
        status: 'interrupted',
        records: [],
      });
      await endByHand(call);
    }),
  );

  it(
    'a process that is older than the run, whatever its variables say',
    rigged(async (rig) => {
      // Another suite may run on this machine at the same time.
      const id = randomBytes(13).toString('hex').toUpperCase();
      const elder = spawn('/bin/sleep', ['1000'], {
        env: { LLM_ROUTER_ROOT_ID: id },
        detached: true,
      });
      const { call, record } = await killedRun(rig);
      changeRecord(rig, record, { id, root_id: id });
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      await call.gone; // by the leader that the record names
      expect(isAlive(elder.pid ?? 0)).toBe(true);
      elder.kill('SIGKILL');
    }),
  );

  it(
    'processes that share a session with a marked process',
    rigged(async (rig) => {
      const { call, record } = await killedRun(rig);
      const script = `LLM_ROUTER_ROOT_ID=${record.id} /bin/sleep 1000 & echo $!; exec /bin/sleep 1001`;
      const neighbour = spawn('/bin/sh', ['-c', script], {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [said] = (await once(neighbour.stdout, 'data')) as [Buffer];
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      await call.gone;
      expect([isAlive(Number(said)), isAlive(neighbour.pid ?? 0)]).toEqual([false, true]);
      neighbour.kill('SIGKILL');
    }),
  );

  it(
    'a run whose record is being written, but one whose record was never finished',
    rigged(async (rig) => {
      mkdirSync(records(rig), { recursive: true });
      const [young, old] = ['01ARZ3NDEKTSV4RRFFQ69G5FAV.json', '01BX5ZZKBKACTAV9WEVGEMMVRZ.json'];
      for (const name of [young, old]) writeFileSync(path.join(records(rig), name), '{"version":');
      utimesSync(path.join(records(rig), old), 1, 1);
      rig.script('quick-cli', [{ stdout: 'ok' }]);
      await nextRun(rig);
      expect(recordNames(rig)).toEqual([young]);
    }),
  );
});
