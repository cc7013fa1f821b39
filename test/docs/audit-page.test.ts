import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditEntry, type AuditEvent, auditDocument } from '../../src/domain/audit.js';
import { readPage, stepsOf } from './screens.js';

const QUERIES = stepsOf(readPage('docs/audit.md'));

describe('the page on the audit log', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-audit-page-'));
    const lines = LINES.map(([ts, event, more]) =>
      JSON.stringify(auditDocument({ ...entry(event), ...more }, ts)),
    );
    writeFileSync(path.join(folder, 'audit.jsonl'), `${lines.join('\n')}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names every event with its severity', () => {
    const named = [...readPage('docs/audit.md').matchAll(/^\| `(\w+)` \| `(\w+)` \|(?! when)/gm)];
    const events: Record<AuditEvent, string> = {
      governance_violation: 'high',
      missing_api_key: 'critical',
      budget_refused: 'warning',
      budget_override: 'high',
      trust_granted: 'info',
      trust_ended: 'info',
    };
    expect(Object.fromEntries(named.map(([, event, severity]) => [event, severity]))).toEqual(events);
  });

  it('has eight queries', () => expect(QUERIES.length).toBe(8));

  if (hasJq()) {
    it.each(QUERIES.map(({ command, shown }) => [command, shown] as const))('%s', (command, shown) => {
      const env = { ...process.env, LOG: path.join(folder, 'audit.jsonl') };
      const stdout = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', env });
      expect(stdout.trimEnd().split('\n')).toEqual(shown);
    });
  } else {
    process.stderr.write(
      'SKIPPED: the queries of docs/audit.md, since `jq` is not installed (apt-get install jq)\n',
    );
    it.skip('its queries: `jq` is not installed', () => {});
  }
});

function hasJq(): boolean {
  try {
    execFileSync('jq', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function entry(event: AuditEvent): AuditEntry {
  return {
    event,
    severity: 'high',
    reason: 'a reason',
    project: null,
    agent: null,
    sourceAgent: null,
    session: null,
    traceId: null,
    invocationId: null,
    attemptedTool: null,
    attemptedModel: null,
    allowed: null,
    justification: null,
  };
}

/** The log of which the page shows excerpts. */
const LINES: [ts: string, event: AuditEvent, more: Partial<AuditEntry>][] = [
  ['2026-11-18T07:00:00.000Z', 'trust_granted', { severity: 'info' }],
  ['2026-11-19T08:00:00.000Z', 'governance_violation', { agent: 'reviewer', attemptedModel: 'opus' }],
  ['2026-11-20T09:30:00.000Z', 'budget_refused', { agent: 'reviewer', attemptedModel: 'opus' }],
  ['2026-11-20T10:00:00.000Z', 'governance_violation', { agent: 'planner', attemptedModel: 'gpt-5' }],
  [
    '2026-11-20T11:00:00.000Z',
    'budget_override',
    { agent: 'planner', attemptedModel: 'gpt-5', justification: 'release day' },
  ],
  [
    '2026-11-20T12:00:00.000Z',
    'missing_api_key',
    {
      severity: 'critical',
      agent: 'scribe',
      session: 'nightly',
      attemptedTool: 'my-bot',
      reason: '`MY_BOT_KEY` is not set, and tool `my-bot` needs it',
    },
  ],
];
