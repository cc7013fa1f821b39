import { describe, expect, it } from '@jest/globals';
import { parseEnd, parseRecord } from '../../src/jobs/record.js';

const TEXTS = ['id', 'trace_id', 'started_at', 'started_by', 'root_id', 'cwd', 'ledger', 'keep_until'];

describe('files of a detached run', () => {
  it.each([
    ['half a file', '{"version":1,"exit'],
    ['another version', '{"version":2,"exit_code":0,"ended_at":"2026-11-20T18:00:00Z"}'],
    ['no exit code', '{"version":1,"ended_at":"2026-11-20T18:00:00Z"}'],
    ['a list', '[]'],
  ])('that hold %s are no end', (_, text) => expect(parseEnd(text)).toBeNull());

  it('that hold an end are one', () => {
    const end = { version: 1, exit_code: 75, ended_at: '2026-11-20T18:00:00Z' };
    expect(parseEnd(JSON.stringify(end))).toEqual(end);
  });

  it.each([
    ['half a file', '{"version":1,'],
    ['no process', JSON.stringify({ version: 1, ...Object.fromEntries(TEXTS.map((key) => [key, 'x'])) })],
  ])('that hold %s are no record', (_, text) => expect(parseRecord(text)).toBeNull());

  const identity = { host: 'h', bootId: null, pidNamespace: null, pid: 7, startTicks: null };
  const record = { version: 1, ...Object.fromEntries(TEXTS.map((key) => [key, 'x'])), process: identity };

  it('that hold a record are one', () => {
    expect(parseRecord(JSON.stringify({ ...record, model: null }))).toEqual({ ...record, model: null });
  });

  it.each([
    ['another version', { ...record, version: 2 }],
    ...TEXTS.map((key): [string, object] => [`no \`${key}\``, { ...record, [key]: null }]),
  ])('that hold %s are no record', (_, value) => expect(parseRecord(JSON.stringify(value))).toBeNull());
});
