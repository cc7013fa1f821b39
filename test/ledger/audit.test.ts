import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../src/domain/audit.js';
import { fileAudit } from '../../src/ledger/audit.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');

function entry(reason: string): AuditEntry {
  return {
    event: 'governance_violation',
    severity: 'high',
    reason,
    project: '/shop',
    agent: 'reviewer',
    sourceAgent: null,
    session: 's',
    traceId: 't',
    invocationId: 'i',
    attemptedTool: 'codex',
    attemptedModel: null,
    allowed: ['claude-code'],
    justification: null,
  };
}

function place(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'llm-audit-')), 'state', 'audit.jsonl');
}

const all = { last: 1000, sinceMs: null };

describe('the audit log', () => {
  it('writes the fields of a line in a stable order, and is private to the user', async () => {
    const file = place();
    await fileAudit({ file, retentionDays: 90, now: () => NOW }).append([entry('no')]);
    expect(readFileSync(file, 'utf8')).toBe(
      '{"ts":"2026-11-20T12:00:00.000Z","audit_event":"governance_violation","reason":"no","agent":"reviewer",' +
        '"source_agent":null,"session_id":"s","trace_id":"t","invocation_id":"i","attempted_model":null,' +
        '"attempted_tool":"codex","allowed":["claude-code"],"severity":"high","justification":null,"project":"/shop"}\n',
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('is read newest first, back to the given time, over rotated files', async () => {
    const file = place();
    for (const [step, reason] of ['a', 'b', 'c', 'd'].entries()) {
      const now = () => NOW + step * 1000;
      await fileAudit({ file, retentionDays: 90, now, maxBytes: 600 }).append([entry(reason)]);
    }
    expect(readdirSync(path.dirname(file)).length).toBe(2);
    const log = fileAudit({ file, retentionDays: 90, now: () => NOW });
    const reasons = async (query: { last: number; sinceMs: number | null }) =>
      (await log.read(query)).lines.map((line) => line.reason);
    expect(await reasons(all)).toEqual(['d', 'c', 'b', 'a']);
    expect(await reasons({ last: 2, sinceMs: null })).toEqual(['d', 'c']);
    expect(await reasons({ last: 9, sinceMs: NOW + 2000 })).toEqual(['d', 'c']);
  });

  it('drops lines past their retention only when a file is rotated', async () => {
    const file = place();
    const log = (now: number) => fileAudit({ file, retentionDays: 90, now: () => now, maxBytes: 1 });
    await log(NOW).append([entry('old')]);
    await log(NOW + 1).append([entry('newer')]);
    const [full] = readdirSync(path.dirname(file)).filter((name) => name.startsWith('audit-'));
    const days91 = new Date(NOW - 91 * 24 * 3_600_000);
    utimesSync(path.join(path.dirname(file), full ?? ''), days91, days91);
    await log(NOW + 2).append([entry('newest')]);
    const { lines } = await log(NOW).read(all);
    expect(lines.map(({ reason }) => reason)).toEqual(['newest', 'newer']);
  });

  it('loses no line to another writer, and counts what is damaged', async () => {
    const file = place();
    const log = fileAudit({ file, retentionDays: 90, now: () => NOW });
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append([entry(`${n}`)])));
    appendFileSync(file, '{"half\n\nnull\n');
    const { lines, damaged } = await log.read(all);
    expect(new Set(lines.map(({ reason }) => reason)).size).toBe(50);
    expect(damaged).toBe(2);
  });

  it('is neither written nor believed where other users can write', async () => {
    const file = place();
    const log = fileAudit({ file, retentionDays: 90, now: () => NOW });
    await log.append([entry('a')]);
    const before = readFileSync(file, 'utf8');
    for (const [one, mode] of [
      [file, 0o666],
      [path.dirname(file), 0o777],
    ] as const) {
      chmodSync(one, mode);
      await expect(log.append([entry('b')])).rejects.toMatchObject({ reason: 'owner' });
      await expect(log.read(all)).rejects.toMatchObject({ reason: 'owner' });
      chmodSync(one, 0o700);
    }
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is empty when missing, and reports that it cannot be written', async () => {
    const nowhere = fileAudit({ file: '/proc/none/audit.jsonl', retentionDays: 90, now: () => NOW });
    expect(await nowhere.read(all)).toEqual({ lines: [], damaged: 0 });
    await nowhere.append([]);
    await expect(nowhere.append([entry('x')])).rejects.toThrow();
  });
});
