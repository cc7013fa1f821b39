import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { auditDocument } from '../../src/domain/audit.js';
import { writeEnd, writeRecord } from '../../src/jobs/store.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { fileTraceStore } from '../../src/trace/store.js';
import { asking, good } from '../ledger/attempts.js';
import { write } from '../ledger/invocations.js';
import { AUDIT, jobs, RUNS, traces } from './history.js';

/** The time of every screen. */
export const NOW = Date.UTC(2026, 10, 20, 15);

/** A machine with fixed contents: two agent CLIs, a project with a config, and some runs that were made before. */
export interface Desk {
  home: string;
  project: string;
  env: Record<string, string>;
  write(file: string, text: string): void;
  /** Puts everything back as it was made. */
  reset(): void;
  /** Folders of this machine by the names of an everyday one. They have the same width, so that no line changes. */
  named(text: string): string;
  remove(): void;
}

/** Makes the machine. */
export async function openDesk(): Promise<Desk> {
  const home = mkdtempSync('/tmp/d-');
  const kept = `${home}-kept`;
  const project = path.join(home, 'shop');
  const bin = path.join(home, 'bin');
  for (const folder of [path.join(project, '.git'), bin]) mkdirSync(folder, { recursive: true });
  for (const name of ['claude', 'codex']) install(path.join(bin, name));
  const desk: Desk = {
    home,
    project,
    env: { HOME: home, TMPDIR: home, PATH: bin, LLM_ROUTER_TRUST: '1', CI: '1' },
    write: (file, text) => writeFileSync(path.join(project, file), text),
    named: (text) => text.replaceAll(home, '/home/kim'),
    reset: () => {
      rmSync(home, { recursive: true });
      cpSync(kept, home, { recursive: true, preserveTimestamps: true });
    },
    remove: () => {
      for (const folder of [home, kept]) rmSync(folder, { recursive: true, force: true });
    },
  };
  desk.write('llm-router.yaml', CONFIG);
  await fill(desk);
  cpSync(home, kept, { recursive: true, preserveTimestamps: true });
  return desk;
}

/** Answers to `--version`, and is logged in. */
function install(file: string): void {
  writeFileSync(file, '#!/bin/sh\n[ "$1" = --version ] && echo 2.1.0\nexit 0\n');
  chmodSync(file, 0o755);
}

async function fill({ home, project }: Desk): Promise<void> {
  const ledgerFile = path.join(home, '.local/share/llm-router/ledger.db');
  const state = path.join(home, '.local/state/llm-router');
  for (const folder of [path.dirname(ledgerFile), state]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ledger = good(await openLedger({ file: ledgerFile, now: () => NOW }));
  for (const run of RUNS) await write(ledger, { ...run, scopes: scopesOf(project, run.agent) });
  good(await ledger.admit(asking('held', 250_000, { global: 10_000_000 }, NOW)));
  ledger.close();
  const store = fileTraceStore(path.join(project, '.llm-router/traces'));
  for (const trace of await traces(project)) await store.write(trace);
  const lines = AUDIT.map(({ ts, ...entry }) => `${JSON.stringify(auditDocument(entry, ts))}\n`);
  writeFileSync(path.join(state, 'audit.jsonl'), lines.join(''), { mode: 0o600 });
  for (const { record, end } of jobs(project)) {
    const dir = path.join(state, 'jobs');
    mkdirSync(path.join(dir, record.id), { recursive: true, mode: 0o700 });
    await writeRecord(dir, record);
    if (end !== null) await writeEnd(dir, record.id, end);
  }
}

/** Where the money of a run counts, as a row of the ledger has it. */
function scopesOf(project: string, agent: string | null): string {
  const policies = ['default', ...(agent === 'scribe' ? ['cheap'] : [])];
  return JSON.stringify(['global', ...policies.map((name) => JSON.stringify(['policy', project, name]))]);
}

const CONFIG = `version: 1
default_agent: reviewer
agents:
  reviewer:
    description: Reviews changes
    preferred_tool: claude-code
    preferred_model: sonnet
    fallback_chain: [codex, gemini, opencode, qwen-code, copilot, openai, anthropic]
    system: You review code. Bugs first.
  scribe:
    description: Writes release notes
    preferred_tool: codex
    policy: cheap
    max_cost_usd: 0.10
  quick:
    preferred_tool: fast-bot
    fallback_chain: [slow-bot]
tools:
  claude-code: { billing: api }
  codex: { billing: api }
  fast-bot:
    kind: mock
    responses: [{ failure: { type: quota, message: the window of five hours is used up } }]
  slow-bot:
    kind: mock
    responses: [{ text: 'The loop never ends.', usage: { input_tokens: 9100, output_tokens: 640 } }]
policies:
  default:
    gateway: off
    budget:
      - { daily_usd: 5, limit: { type: soft, threshold_percent: 80 } }
      - { monthly_usd: 60, limit: { type: soft, threshold_percent: 80 } }
  cheap:
    gateway: off
    budget: { daily_usd: 0.50, scope: policy, limit: { type: hard } }
    governance: { denied_models: [opus] }
`;
