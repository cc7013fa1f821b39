import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LedgerAccess, ledgerAccess } from '../../src/ledger/access.js';
import { holdLedger } from '../rig/held-ledger.js';
import { itInSoak } from '../soak.js';
import { json, type Served, type ServedOptions, served } from './served.js';

const CONFIG = `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, billing: api, models: [m], responses: [{ text: hello there }] } }
models: { m: { cost_per_1m_tokens: { input: 1, output: 1 }, max_output_tokens: 1000 } }
policies: { default: { budget: { daily_usd: 1, limit: { type: hard } } } }
`;

let folder: string;
let file: string;
let ledger: LedgerAccess;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-served-'));
  file = path.join(folder, 'ledger.db');
  ledger = ledgerAccess({ file, now: Date.now, project: '', warn: () => undefined });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A test body with a server on the ledger of this test. */
function withLedger(body: (served: Served) => Promise<void>): () => Promise<void> {
  const options: ServedOptions = {
    get ledger() {
      return ledger;
    },
  };
  return served(CONFIG, body, options);
}

const CHAT = { model: 'bot:m', messages: [{ role: 'user', content: 'hi' }] };

function chat({ post }: Served): Promise<Response> {
  return post('/v1/chat/completions', CHAT);
}

/** What counts today, micro-USD: settled and reserved. */
async function spent(): Promise<number> {
  const period = new Date().toISOString().slice(0, 10);
  const read = await ledger.read((open) => open.spend([{ scope: 'global', period }]));
  if (!read.ok) throw new Error(read.error.message);
  const [sum] = read.value ?? [];
  return (sum?.settledMicroUsd ?? 0) + (sum?.reservedMicroUsd ?? 0);
}

describe('a ledger that cannot be used, under a hard budget', () => {
  it(
    'is no fault of the request: clients are told to come back',
    withLedger(async (server) => {
      writeFileSync(file, 'no database at all '.repeat(100), { mode: 0o600 });
      const answer = await chat(server);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(answer.headers.get('x-should-retry')).toBeNull();
      expect(await json(answer)).toMatchObject({
        error: { type: 'server_error', code: 'input', message: expect.stringContaining('is no ledger') },
      });
      const call = { jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hi' } };
      const byRpc = await server.post('/rpc', call);
      expect([byRpc.status, byRpc.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await json(byRpc)).toMatchObject({ error: { code: -32006, data: { type: 'input' } } });
    }),
  );
});

describe('a ledger that is deleted while a server has it open', () => {
  it(
    'is spent from no further, until it is put back or the server is started anew',
    withLedger(async (server) => {
      expect((await chat(server)).status).toBe(200);
      const before = await spent();
      renameSync(file, `${file}.old`);
      const answer = await chat(server);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect((await json(answer)).error.message).toContain('was deleted or replaced while');
      const readiness = await server.get('/readyz');
      expect([readiness.status, (await json(readiness)).parts.ledger]).toEqual([503, { ok: false }]);
      renameSync(`${file}.old`, file);
      expect((await server.get('/readyz')).status).toBe(200);
      expect((await chat(server)).status).toBe(200);
      expect(await spent()).toBe(2 * before);
    }),
  );
});

describe('a ledger that another process holds', () => {
  it(
    'holds back the runs that need it, and nothing else',
    withLedger(async (server) => {
      expect((await chat(server)).status).toBe(200);
      const before = await spent();
      expect(before).toBeGreaterThan(0);
      const holder = await holdLedger(file);
      let isAnswered = false;
      const waiting = chat(server).finally(() => {
        isAnswered = true;
      });
      expect((await server.get('/healthz')).status).toBe(200);
      expect((await server.get('/readyz')).status).toBe(200);
      expect(isAnswered).toBe(false);
      expect(await spent()).toBe(before);
      await holder.letGo();
      expect((await waiting).status).toBe(200);
      expect(await spent()).toBe(2 * before);
    }),
  );

  itInSoak(
    'refuses the runs that need it when they have waited, and charges nothing',
    withLedger(async (server) => {
      expect((await chat(server)).status).toBe(200);
      const before = await spent();
      const holder = await holdLedger(file);
      const answers = await Promise.all([chat(server), chat(server)]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503]);
      expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['5', '5']);
      expect(await spent()).toBe(before);
      await holder.letGo();
      expect((await chat(server)).status).toBe(200);
    }),
    30_000,
  );
});
