import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { checkFolders } from '../../src/health/checks/folders.js';
import type { MachineContext } from '../../src/health/context.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-folders-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('a folder of ours that other users can write to is a warning', async () => {
  expect(await finding()).toMatchObject({ status: 'ok' });
  chmodSync(root, 0o777);
  expect(await finding()).toMatchObject({
    status: 'warn',
    detail: `${root} is not believed: other users can write to it`,
  });
});

function finding() {
  const folders: MachineContext['folders'] = [{ holds: 'state', path: root }];
  return checkFolders({ folders } as MachineContext)[0]?.ask();
}
