import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ExecDocument } from '../rig/document.js';
import { runInProcess } from '../rig/in-process.js';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-deadline-'));
  const busy = "{ text: '', failure: { type: rate_limit, message: busy, retry_after: 3s } }";
  writeFileSync(
    path.join(root, 'llm-router.yaml'),
    `version: 1\ntools: { busy: { kind: mock, responses: [${busy}] } }\n`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('`--timeout` includes the wait for stdin, so that no retry is planned past the deadline', async () => {
  let nowMs = 0;
  const slowStdin = Readable.from(
    (function* () {
      nowMs = 4000;
      yield 'hi';
    })(),
  );
  const run = await runInProcess(
    ['exec', '--config', 'llm-router.yaml', '--tool', 'busy', '--timeout', '6s', '--json'],
    { root, stdin: slowStdin, monotonicMs: () => nowMs },
  );
  const { status, failure } = JSON.parse(run.stdout) as ExecDocument;
  expect({ code: run.code, status, type: failure?.type }).toEqual({
    code: 75,
    status: 'failed',
    type: 'rate_limit',
  });
});
