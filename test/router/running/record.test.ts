import { describe, expect, it } from '@jest/globals';
import { parseRecord, type RunRecord, recordLine } from '../../../src/router/running/record.js';

const RECORD: RunRecord = {
  version: 1,
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  root_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  started_at: '2026-11-20T12:00:00.000Z',
  depth: 0,
  router: { host: 'desk', bootId: 'boot-1', pidNamespace: 'pid:[1]', pid: 7, startTicks: 500 },
  trace: '/traces/1.json',
  folder: '/tmp/llm-router-abcdefghijkl',
  leader: null,
  pipes: [],
};
const STARTED = { leader: { pid: 8, start: 510 }, pipes: ['socket:[1]', 'socket:[2]'] };

describe('the record of a run', () => {
  it('is complete before its tool starts', () => {
    expect(parseRecord(recordLine(RECORD))).toEqual(RECORD);
  });

  it('is updated by later lines, of which the last counts', () => {
    const text = [RECORD, STARTED, { folder: null, leader: null, pipes: [] }].map(recordLine).join('');
    expect(parseRecord(recordLine(RECORD) + recordLine(STARTED))).toEqual({ ...RECORD, ...STARTED });
    expect(parseRecord(text)).toEqual({ ...RECORD, folder: null });
  });

  it('ignores a line that was cut off', () => {
    expect(parseRecord(recordLine(RECORD) + recordLine(STARTED).slice(0, -9))).toEqual(RECORD);
  });

  it('of an earlier version names neither folder nor PID namespace', () => {
    const { folder: _folder, router, ...rest } = RECORD;
    const { pidNamespace: _namespace, ...earlier } = router;
    expect(parseRecord(JSON.stringify({ ...rest, router: earlier, pid_namespace: 'pid:[1]' }))).toMatchObject(
      {
        id: RECORD.id,
        folder: null,
        router: { pidNamespace: null },
      },
    );
  });

  it.each([
    '',
    '{"version":',
    '[]',
    '{}',
    recordLine({ ...RECORD, version: 2 as never }),
    recordLine(STARTED),
  ])('%j is not one', (text) => {
    expect(parseRecord(text)).toBeNull();
  });
});
