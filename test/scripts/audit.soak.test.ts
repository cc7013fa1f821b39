import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';

const AUDIT = `
import { audit } from './scripts/scan/audit.mjs';
console.log(audit({ root: process.cwd(), names: ['yaml', 'libsql'] }));
`;

/** What the audit prints where the registry gives this answer to npm's question. */
async function audited(advisories: object, { status = 200, onGitHub = false } = {}): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const asks = request.method === 'POST';
    response.writeHead(asks ? status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(asks ? advisories : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cache = mkdtempSync(path.join(tmpdir(), 'llm-audit-'));
  const variables = {
    npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    npm_config_cache: cache,
    npm_config_fetch_retries: '0',
    GITHUB_ACTIONS: String(onGitHub),
  };
  const args = ['--input-type=module', '-e', AUDIT];
  try {
    const options = { cwd: ROOT, env: { ...process.env, ...variables } };
    return (await promisify(execFile)(process.execPath, args, options)).stdout;
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(cache, { recursive: true, force: true });
  }
}

function advisory(title: string) {
  const cvss = { score: 9, vectorString: null };
  const hole = { id: 1, url: 'https://example.com', severity: 'high', vulnerable_versions: '<99', cwe: [] };
  return [{ ...hole, title, cvss }];
}

it('tells of a hole in a package that is bundled, and of no other', async () => {
  expect(await audited({ yaml: advisory('reads too much') })).toBe('yaml (high): reads too much\nfalse\n');
  expect(await audited({ jest: advisory('is a tool of the development') })).toBe('true\n');
});

it('says that the registry does not answer, which is a failure on GitHub', async () => {
  expect(await audited({}, { status: 405 })).toMatch(/^SKIPPED: npm audit.*405.*\ntrue\n$/);
  expect(await audited({}, { status: 405, onGitHub: true })).toMatch(/\nfalse\n$/);
});
