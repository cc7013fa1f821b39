import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { held } from '../e2e/family-cap.js';
import type { ExecDocument } from '../rig/document.js';
import type { Reply } from '../rig/provider.js';
import { type Rig, rigged } from '../rig/rig.js';
import { answer, gatewayConfig, installCaller, message, runCaller } from './caller.js';

const NESTED = 'llm-router --config llm-router.yaml exec --no-stdin -a inner hi >&2; echo "code $?" >> codes';

/** The agent whose calls pass through the gateway, which also calls the router; a nested run costs 0.004. */
async function setUp(
  rig: Rig,
  replies: readonly Reply[],
  by: { script: string; policy: string },
): Promise<void> {
  const { script, policy } = by;
  const provider = await rig.provider(replies);
  const config = gatewayConfig(provider.url, { agent: 'max_cost_usd: 0.006', policy });
  const inner = '  inner: { preferred_tool: paid, max_cost_usd: 0.004 }';
  const paid =
    '  paid: { binary: paid-cli, args: [], billing: api, output: { format: json, text: /text, cost_usd: /cost } }';
  const whole = config.replace('\ntools:\n', `\n${inner}\ntools:\n${paid}\n`);
  rig.write('llm-router.yaml', whole);
  installCaller(rig, 'calls');
  const put = (name: string, body: string): void =>
    writeFileSync(path.join(rig.bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  put('paid-cli', `echo '{"text":"inside","cost":0.004}'`);
  put('bot-cli', script);
}

it.each(['', 'budget: [{ scope: global, daily_usd: 1, limit: { type: hard } }]'])(
  'a call of the outer tool fits into what its nested runs have left of the cap, with `%s`',
  (policy) =>
    rigged(async (rig) => {
      await setUp(rig, [], { script: `${NESTED}; exec calls`, policy });
      const { code, document } = await runCaller(rig, { steps: [{ body: message() }] });
      expect([code, document.failure?.type]).toEqual([79, 'budget_exceeded']);
      expect(document.failure?.message).toContain(
        '$0.004 of the $0.006 for the outer call with all of its nested calls',
      );
      expect(rig.read('codes')).toBe('code 0\n');
      expect((document as unknown as ExecDocument).nested).toMatchObject({
        calls: 1,
        refused: 0,
        spent_usd: 0.004,
      });
      expect(await held(rig)).toBe(0);
    })(),
);

it.each(['', 'budget: [{ scope: global, daily_usd: 1, limit: { type: hard } }]'])(
  'a nested run fits into what the calls of the outer tool have left of the cap, with `%s`',
  (policy) =>
    rigged(async (rig) => {
      await setUp(rig, [answer(50, 90)], { script: `calls; ${NESTED}; true`, policy });
      const { code, document } = await runCaller(rig, { steps: [{ body: message() }] });
      expect([code, document.cost?.usd]).toEqual([0, 0.0032]);
      expect(rig.read('codes')).toBe('code 79\n');
      expect((document as unknown as ExecDocument).nested).toMatchObject({
        calls: 1,
        refused: 1,
        spent_usd: 0,
      });
      expect(await held(rig)).toBe(0);
    })(),
);
