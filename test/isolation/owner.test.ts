import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { claim, removeDrafts } from '../../src/isolation/owner.js';
import { ownIdentity } from '../../src/process/this-process.js';
import { itInSoak } from '../soak.js';

const RUN = '01M8PV5R3NPFASE4Q6N9MFRHPZ';

it('removes the unfinished files of processes that have ended, and no others', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'owner-'));
  const draft = (name: string, process: unknown): string => {
    const file = path.join(dir, `${RUN}.json.${name}.part`);
    writeFileSync(
      file,
      process === null ? '' : JSON.stringify({ version: 1, commonDir: '/r/.git', process }),
    );
    return file;
  };
  const own = JSON.parse(JSON.stringify(ownIdentity()));
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  draft('aa', own);
  draft('bb', { ...own, pid });
  draft('cc', null);
  mkdirSync(path.join(dir, RUN));

  await removeDrafts(dir);

  expect(readdirSync(dir).sort()).toEqual([RUN, `${RUN}.json.aa.part`]);
});

itInSoak('claims a work tree while another process removes unfinished files', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'owner-'));
  const remover = spawn(process.execPath, ['-e', REMOVER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(remover.stdout, 'data');
  try {
    for (let n = 0; n < 500; n++)
      await claim(dir, RUN, { commonDir: '/r/.git', included: [], isKept: false });
  } finally {
    remover.kill('SIGKILL');
  }

  expect(readdirSync(dir)).toEqual([`${RUN}.json`]);
});

/** Looks every two milliseconds until it is ended, or for a minute. */
const REMOVER = `
  const { readdirSync, rmSync } = require('node:fs');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  console.log('ready');
  for (const end = Date.now() + 60_000; Date.now() < end; Atomics.wait(pause, 0, 0, 2))
    for (const name of readdirSync(process.argv[1])) if (name.endsWith('.part')) rmSync(process.argv[1] + '/' + name, { force: true });
`;
