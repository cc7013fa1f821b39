import { describe, expect, it } from '@jest/globals';
import { GROUPS } from '../../scripts/bench/groups.mjs';
import type { Row } from '../../scripts/bench/table.mjs';
import { filled } from '../../scripts/benchmarks-page/page.js';
import type { Group, Recorded } from '../../scripts/benchmarks-page/recorded.js';

const ROW: Row = {
  id: 'exec.cpu',
  title: '`exec`',
  unit: 'ms CPU',
  ours: 40,
  beside: '`node -e 0`',
  theirs: 20,
  ratio: 2,
  spread: [1.9, 2.1],
  target: 1.8,
  targetOf: 'ratio',
};

function group(name: string, more: Partial<Group> = {}): Group {
  return {
    name,
    rows: [],
    missing: [],
    quick: false,
    used: { 'Node 20': '20.20.2' },
    load: [0.1, 0.9],
    at: '2026-11-29',
    version: '0.1.0',
    machine: { processor: 'cpu', cores: 2, memoryGib: 24, system: 'Linux' },
    ...more,
  };
}

/** A record of every benchmark, with figures of `start` alone. */
function record(start: Partial<Group>): Recorded {
  const names = GROUPS.flatMap(({ name, nodes = [] }) => [name, ...nodes.map((one) => `${name}-node${one}`)]);
  return { groups: names.map((name) => group(name, name === 'start' ? start : {})) };
}

describe('the page of the benchmarks', () => {
  it('shows figures, ratios and targets as they were recorded', () => {
    const page = filled(
      '{{machine}}\n{{run start}}\n{{rows start *}}\n{{missed}}\n',
      record({ rows: [ROW] }),
    );
    expect(page.trouble).toEqual([]);
    expect(page.text).toBe(
      `Recorded on: cpu, 2 cores, 24 GiB of memory, Linux; llm-router 0.1.0, 2026-11-29.
Node 20.20.2; load 0.1 before, 0.9 after.
| what | ours | beside | theirs | ratio (quartiles) | target |
|---|---|---|---|---|---|
| \`exec\` | 40.0 ms CPU | \`node -e 0\` | 20.0 ms CPU | 2.00 x (1.90-2.10) | ≤ 1.80 x missed |
0 of 1 targets are reached. These are missed:

| id | what | measured | target |
|---|---|---|---|
| \`start exec.cpu\` | \`exec\` | 2.00 x (1.90-2.10) | ≤ 1.80 x missed |
`,
    );
  });

  it('shows a Node that could not be had as not measured, with the reason', () => {
    const rows = [{ ...ROW, id: 'node20.exec.cpu', target: null }];
    const missing = [{ id: 'node22', why: 'npm cannot install it' }];
    const page = filled('{{run start}}\n{{grid start node20,node22 exec.cpu}}', record({ rows, missing }));
    expect(page.trouble).toEqual([]);
    expect(page.text).toContain('Not measured: `node22`, npm cannot install it.');
    expect(page.text).toContain('| 40.0 ms CPU: 2.00 x (1.90-2.10) | not measured |');
  });

  it.each<[string, string, Recorded, string]>([
    [
      'a figure that is not there',
      '',
      record({ rows: [{ ...ROW, ratio: null }] }),
      '`start exec.cpu` has no figure',
    ],
    ['a benchmark without a record', '', { groups: record({}).groups.slice(1) }, '`start` is not recorded'],
    ['a row that the page does not show', '', record({ rows: [ROW] }), '`start exec.cpu` is recorded, and'],
    ['a place without figures', '{{rows start exec.*}}', record({}), 'no row of `start` matches `exec.*`'],
    ['a place that is not known', '{{row start *}}', record({}), '`{{row start *}}` is not filled'],
    ['a word that stands for a figure', 'It takes STATS1 ms', record({}), '`STATS1` is not filled'],
  ])('is not made with %s', (_, template, recorded, trouble) => {
    expect(filled(template, recorded).trouble.join('\n')).toContain(trouble);
  });
});
