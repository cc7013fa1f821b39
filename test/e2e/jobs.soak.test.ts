import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../rig/processes.js';
import { type Rig, rigged } from '../rig/rig.js';
import { solo } from './configs.js';
import { family, held, install } from './family-cap.js';
import { paid } from './money.js';

interface Listed {
  id: string;
  state: string;
  status: string;
  pid: number;
  spent_usd: number | null;
}

async function jobs(rig: Rig): Promise<Listed[]> {
  return JSON.parse((await rig.spawn(['jobs', '--json'])).stdout);
}

async function detach(rig: Rig, ...args: string[]): Promise<string> {
  const started = await rig.spawn(['exec', '--detach', '--no-stdin', ...args, 'hi']);
  expect(started).toMatchObject({ code: 0, stderr: '' });
  return started.stdout.trim();
}

describe('a detached run', () => {
  it(
    'outlives the shell that started it, with all of its process group',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const script = 'llm-router exec --detach --no-stdin hi > id; exec /bin/sleep 60';
      const file = path.join(rig.bin, 'terminal');
      writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const terminal = spawn(file, { cwd: rig.project, env: rig.env, detached: true, stdio: 'ignore' });
      await bot.arrived();
      while (!existsSync(path.join(rig.project, 'id')) || rig.read('id') === '') await delay(10);
      process.kill(-(terminal.pid ?? 0), 'SIGHUP');
      process.kill(-(terminal.pid ?? 0), 'SIGKILL');
      const wait = rig.start(['jobs', 'wait', rig.read('id').trim()]);
      const call = await bot.nextCall();
      call.stdout('still here');
      call.exit(0);
      expect(await wait.done).toMatchObject({ code: 0, stdout: 'still here\n' });
    }),
  );

  it(
    'gives the same to twenty that wait at once, also in the format of its command line',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const big = 'x'.repeat(300_000);
      const id = await detach(rig, '--format', 'text');
      const waits = Array.from({ length: 20 }, () => rig.start(['jobs', 'wait', id]));
      const call = await bot.nextCall();
      call.stdout(big);
      call.exit(0);
      for (const wait of waits) expect((await wait.done).stdout).toBe(`${big}\n`);
    }),
  );

  it(
    'that a tool starts ends with the run of that tool',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family());
      const caller = `nested --detach hi > id; while [ ! -e started ]; do /bin/sleep 0.02; done\necho '{"text":"done"}'`;
      install(rig, { caller, bot: 'echo $$ > started; exec /bin/sleep 60' });
      expect(await rig.spawn(['exec', '--no-stdin', 'go'])).toMatchObject({ code: 0 });
      const wait = await rig.spawn(['jobs', 'wait', rig.read('id').trim()]);
      expect([130, 143]).toContain(wait.code);
      expect(isAlive(Number(rig.read('started')))).toBe(false);
    }),
  );

  it(
    'whose client is killed at any moment while it starts is there as a whole or not at all',
    rigged(
      async (rig) => {
        rig.write('llm-router.yaml', solo('[go]'));
        writeFileSync(path.join(rig.bin, 'bot-cli'), '#!/bin/sh\nread line; echo "got $line"\n', {
          mode: 0o755,
        });
        for (let round = 0; round < 25; round++) {
          const client = rig.start(['exec', '--detach'], { stdin: `prompt ${round}\n` });
          await delay(round * 40);
          client.kill('SIGKILL');
          await client.done;
        }
        const started = await jobs(rig);
        expect(started.length).toBeLessThanOrEqual(25);
        for (const { id } of started) {
          const wait = await rig.spawn(['jobs', 'wait', id]);
          expect([wait.code, wait.stdout.startsWith('got prompt ')]).toEqual([0, true]);
        }
      },
      { deadlineMs: 90_000 },
    ),
    100_000,
  );

  it(
    'that is killed at any moment is lost or over: every wait ends, no process and no money is left',
    rigged(
      async (rig) => {
        rig.write('llm-router.yaml', paid('{ daily_usd: 100, limit: { type: hard } }'));
        const body = `#!/bin/sh\n/bin/sleep 0.3; echo '{"text":"ok","cost":0.25}'\n`;
        writeFileSync(path.join(rig.bin, 'bot-cli'), body, { mode: 0o755 });
        for (let round = 0; round < 20; round++) {
          const id = await detach(rig);
          const wait = rig.start(['jobs', 'wait', id]);
          const job = (await jobs(rig)).find((one) => one.id === id);
          await delay(round * 20);
          try {
            process.kill(job?.pid ?? 0, 'SIGKILL');
          } catch {
            // It is over.
          }
          expect([0, 130]).toContain((await wait.done).code);
        }
        const all = await jobs(rig);
        expect(all).toHaveLength(20);
        for (const { state, spent_usd } of all) {
          expect(['ended', 'lost']).toContain(state);
          expect([0, 0.25, 0.5]).toContain(spent_usd ?? 0);
        }
        expect(await rig.spawn(['exec', '--no-stdin', 'once more'])).toMatchObject({ code: 0 });
        expect(await held(rig)).toBe(0);
        expect(readdirSync(path.join(rig.state, 'llm-router', 'running'))).toEqual([]);
      },
      { deadlineMs: 120_000 },
    ),
    130_000,
  );
});
