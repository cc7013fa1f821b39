import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { solo } from '../e2e/configs.js';
import { isAlive } from '../rig/processes.js';
import { chatEvents, stream } from '../rig/provider.js';
import { type Rig, rigged } from '../rig/rig.js';

const HOOK = path.join(import.meta.dirname, 'killed-after-spawn.cjs');

/** Kills a router right after it started its tool, which keeps running; returns the tool's pid. */
async function killedAtStart(rig: Rig): Promise<number> {
  const tool = path.join(rig.bin, 'bot-cli');
  writeFileSync(tool, '#!/bin/sh\necho $$ > pid.part\n/bin/mv pid.part pid\nexec /bin/sleep 1000\n');
  chmodSync(tool, 0o755);
  rig.write('llm-router.yaml', solo("['{prompt_file}']", 'private_tmp: true'));
  const killed = await rig.spawn(['exec', 'a private prompt'], {
    env: { NODE_OPTIONS: `--require ${HOOK}` },
  });
  expect(killed.signal).toBe('SIGKILL');
  for (; !rig.exists('pid'); await delay(5));
  return Number(rig.read('pid'));
}

const leftIn = (folder: string, pattern: RegExp) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];

/** What is left of a run: its process, its record, its private folder. */
function left(rig: Rig, pid: number) {
  const records = leftIn(path.join(rig.state, 'llm-router', 'running'), /./);
  return { alive: isAlive(pid), records: records.length, folders: leftIn(rig.tmp, /^llm-router-/).length };
}

describe('a router that is killed right after the start of its tool', () => {
  it(
    'leaves a record with which a run of a mock ends the tool and removes its private files',
    rigged(async (rig) => {
      const pid = await killedAtStart(rig);
      expect(left(rig, pid)).toEqual({ alive: true, records: 1, folders: 1 });
      expect(await rig.run(['exec', '--tool', 'mock', 'hi'])).toMatchObject({ code: 0, stderr: '' });
      expect(left(rig, pid)).toEqual({ alive: false, records: 0, folders: 0 });
    }),
  );

  it(
    'leaves a record by which a run of a provider API does the same',
    rigged(async (rig) => {
      const pid = await killedAtStart(rig);
      const provider = await rig.provider([stream(chatEvents(['ok']))]);
      const config = rig.write(
        'api.yaml',
        `version: 1\nagents: { me: { preferred_tool: api } }\ntools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}/v1', models: [m, '*'], billing: free } }\n`,
      );
      expect((await rig.run(['exec', '--config', config, '-a', 'me', 'hi'])).code).toBe(0);
      expect(left(rig, pid)).toEqual({ alive: false, records: 0, folders: 0 });
    }),
  );
});

describe('the record of a run', () => {
  it(
    'whose tool was never started is removed, and is harmless until then',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      writeFileSync(path.join(rig.bin, 'bot-cli'), '#!/no/such/interpreter\n');
      chmodSync(path.join(rig.bin, 'bot-cli'), 0o755);
      expect((await rig.run(['exec', 'hi'])).code).toBe(69);
      expect(leftIn(path.join(rig.state, 'llm-router', 'running'), /./)).toEqual([]);
    }),
  );
});
