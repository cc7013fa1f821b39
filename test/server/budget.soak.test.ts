import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { paid, today } from '../e2e/money.js';
import { rigged } from '../rig/rig.js';
import type { Running } from '../rig/run.js';
import { json } from './served.js';

const ROOM = 10;

it(
  'several servers and runs of exec hold one budget',
  rigged(async (rig) => {
    // Each run costs all of its cap, 0.50: ten fit.
    rig.write('llm-router.yaml', paid('{ daily_usd: 5, limit: { type: hard } }'));
    const answer = `read line; echo '{"text":"ok","cost":0.5}'`;
    writeFileSync(path.join(rig.bin, 'bot-cli'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    const servers = [
      await startServer(rig.start(['serve', '--port', '0'])),
      await startServer(rig.start(['serve', '--port', '0'])),
    ];
    const calls = servers.flatMap(({ url }) => Array.from({ length: 15 }, () => call(url)));
    const runs = Array.from({ length: 5 }, () => rig.start(['exec', '--no-stdin', 'hello']).done);
    const codes = [...(await Promise.all(calls)), ...(await Promise.all(runs)).map(({ code }) => code)];
    expect(codes.filter((code) => code === 0)).toHaveLength(ROOM);
    expect(codes.filter((code) => code === -32002 || code === 79)).toHaveLength(35 - ROOM);
    for (const { running } of servers) running.kill('SIGTERM');
    for (const { running } of servers) expect((await running.done).code).toBe(0);
    expect(await today(rig)).toMatchObject({ cost_usd: 5, held: { runs: 0, usd: 0 } });
  }),
);

async function startServer(running: Running): Promise<{ running: Running; url: string }> {
  await running.waitFor('listening on http://');
  return { running, url: /listening on (\S+)/.exec(running.stderr())?.[1] ?? '' };
}

/** The code of the error; 0: it was answered. */
async function call(url: string): Promise<number> {
  const answer = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hello' } }),
  });
  return (await json(answer)).error?.code ?? 0;
}
