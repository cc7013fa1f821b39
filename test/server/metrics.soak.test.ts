import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { ledgerAccess } from '../../src/ledger/access.js';
import { seriesOf } from '../metrics/exposition.js';
import { type Served, served } from './served.js';

const CONFIG = `
default_agent: me
agents: { me: { preferred_tool: narrow, fallback_chain: [wide] } }
tools:
  narrow:
    { kind: mock, models: [m], concurrency: 3, responses: [{ text: ab, deltas: [a, b], delay: 20ms }, { failure: { type: connection } }] }
  wide: { kind: mock, models: [n], responses: [{ text: cd, deltas: [c, d], delay: 5ms }] }
models: { m: { provider: acme }, n: { provider: globex } }
`;
const REQUESTS = 300;

/** Every third client goes away at once, every third after the first bytes of its answer, and every third reads to the end. */
async function ask({ post }: Served, n: number): Promise<void> {
  const leave = new AbortController();
  const request = { model: 'me', stream: true, messages: [{ role: 'user', content: `hello ${n}` }] };
  const asked = post('/v1/chat/completions', request, {}, leave.signal).then(async (answer) => {
    if (n % 3 === 2) return void (await answer.text());
    await answer.body?.getReader().read();
    leave.abort();
  });
  if (n % 3 === 0) setImmediate(() => leave.abort());
  await asked.catch(() => undefined);
}

it('no run is left in a gauge after hundreds of clients, of which many go away in the queue or in the middle of a stream', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-metrics-load-'));
  const file = path.join(folder, 'ledger.db');
  const ledger = ledgerAccess({ file, now: Date.now, project: '', warn: () => {} });
  const body = async (server: Served): Promise<void> => {
    await Promise.all(Array.from({ length: REQUESTS }, (_, n) => ask(server, n)));
    await server.service.turns.idle();
    const text = await (await server.get('/metrics')).text();
    const series = (name: string) => seriesOf(text, name);
    expect(Object.values(series('llm_active_requests')).filter((value) => value !== 0)).toEqual([]);
    expect(series('llm_queue_depth')).toEqual({ narrow: 0 });
    const ended = Object.entries(series('llm_requests_total'));
    const sum = (status: string) =>
      ended.reduce((total, [labels, value]) => total + (labels.endsWith(status) ? value : 0), 0);
    expect(sum('succeeded')).toBeGreaterThanOrEqual(REQUESTS / 3);
    expect(sum('failed')).toBe(0);
    // A client may be gone before its request was read.
    expect(sum('succeeded') + sum('cancelled')).toBeLessThanOrEqual(REQUESTS);
  };
  await served(CONFIG, body, { ledger })();
  rmSync(folder, { recursive: true, force: true });
});
