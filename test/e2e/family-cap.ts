import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { readLedger } from '../../src/ledger/open-ledger.js';
import type { ExecDocument } from '../rig/document.js';
import type { Rig } from '../rig/rig.js';

/** A tool that calls the router again by a script, and one that answers and says what it cost. */
export function family(
  more: { budget?: string; outer?: string; policy?: string; inner?: string; outerAgent?: string } = {},
): string {
  const { budget = '', outer = 'billing: api', policy = '', inner = '', outerAgent = '' } = more;
  return `version: 1
default_agent: outer
agents:
  outer: { preferred_tool: caller, ${outerAgent} }
  inner: { preferred_tool: bot, ${inner} }
tools:
  caller: { binary: caller-cli, args: [], ${outer}, grace: 200ms, output: { format: ndjson, text: /text, cost_usd: { pointer: /cost, take: last } } }
  bot: { binary: bot-cli, args: [], billing: api, output: { format: ndjson, text: /text, cost_usd: { pointer: /cost, take: last } } }
policies:
  default: { ${[budget, policy].filter((part) => part !== '').join(', ')} }
`;
}

/** Installs the tools as shell scripts: `caller` calls the router as the words `nested` in it say. */
export function install(rig: Rig, scripts: { caller: string; bot?: string }): void {
  const config = path.join(rig.project, 'llm-router.yaml');
  const nested = `nested() { llm-router --config ${config} exec --no-stdin -a inner "$@"; }`;
  const put = (name: string, body: string): void =>
    writeFileSync(path.join(rig.bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  put('caller-cli', `${nested}\n${scripts.caller}`);
  put('bot-cli', scripts.bot ?? `echo '{"text":"inside","cost":0.1}'`);
}

/** What the ledger has reserved now, over all runs, USD. */
export async function held(rig: Rig): Promise<number> {
  const file = path.join(rig.data, 'llm-router', 'ledger.db');
  const reserved = await readLedger({ file, now: Date.now }, (ledger) => ledger.reserved());
  if (!reserved.ok) throw new Error(reserved.error.message);
  return (reserved.value?.microUsd ?? 0) / 1_000_000;
}

/** Sums and failures of the runs nested in an outer one, by their traces. */
export function nestedOf(rig: Rig, outer: ExecDocument) {
  const nested = rig.traces().filter((trace) => trace.parent_id === outer.id);
  return {
    spent: nested.reduce((sum, trace) => sum + (trace.cost?.usd ?? 0), 0),
    statuses: nested.map((trace) => trace.failure?.type ?? trace.status).sort(),
  };
}

/** What the family of a run has spent and holds now, by the ledger, USD. */
export async function spentAndHeld(rig: Rig, ownerId: string): Promise<number> {
  const file = path.join(rig.data, 'llm-router', 'ledger.db');
  const query = { scope: '', period: '', familyOf: ownerId };
  const spend = await readLedger({ file, now: Date.now }, (ledger) => ledger.spend([query]));
  // On a busy machine the ledger may be held for longer than a reader waits.
  if (!spend.ok) return 0;
  const [sums] = spend.value ?? [];
  return ((sums?.settledMicroUsd ?? 0) + (sums?.reservedMicroUsd ?? 0)) / 1_000_000;
}
