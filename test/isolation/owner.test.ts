import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { removeDrafts } from '../../src/isolation/owner.js';
import { ownIdentity } from '../../src/process/this-process.js';

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
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(draft('dd', null), longAgo, longAgo);
  mkdirSync(path.join(dir, RUN));

  await removeDrafts(dir);

  expect(readdirSync(dir).sort()).toEqual([RUN, `${RUN}.json.aa.part`, `${RUN}.json.cc.part`]);
});
