import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { ledgerAccess } from '../../../src/ledger/access.js';
import { freePort } from '../../postgres/server.js';

it('warns once of a database that is away, however many records a run leaves', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-pg-away-'));
  const url = `postgres://me@127.0.0.1:${await freePort()}/x`;
  const shared = { url, schema: 'x', leaseMs: 1000, connectTimeoutMs: 60_000, env: {} };
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const file = path.join(folder, 'ledger.db');
  const access = ledgerAccess({ file, shared, now: Date.now, project: '', warn });
  try {
    for (const id of ['one', 'two'])
      await access.keep({ attempts: [], invocation: null, audit: [{ ...LINE, id }] });
    expect(warnings).toEqual([expect.stringContaining('the record of this run is kept until it can be')]);
  } finally {
    await access.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

const LINE = {
  at_ms: 0,
  day: '1970-01-01',
  host: 'h',
  user: 'u',
  project: null,
  agent: null,
  tool: null,
  model: null,
  document: '{}',
};
