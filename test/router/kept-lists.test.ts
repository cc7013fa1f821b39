import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import type { ListedModel } from '../../src/adapters/http/model-lists.js';
import { keptModelLists } from '../../src/router/models/kept-lists.js';
import { itInSoak } from '../soak.js';

const model = (id: string, more: Partial<ListedModel> = {}): ListedModel => ({
  id,
  contextWindow: null,
  maxOutputTokens: null,
  price: null,
  shutdownDate: null,
  ...more,
});

function store() {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'llm-lists-')), 'a', 'models.json');
  const warnings: string[] = [];
  return { file, warnings, lists: keptModelLists(file, (message) => warnings.push(message)) };
}

it('keeps lists as they are, the newest of each endpoint', async () => {
  const { lists, warnings } = store();
  expect(await lists.read()).toEqual([]);
  const full = model('b', {
    contextWindow: 9,
    maxOutputTokens: 3,
    price: { input: 0.1, output: 2 },
    shutdownDate: '2026-12-11',
  });
  await lists.keep([{ source: 's', listedAtMs: 1000, models: [model('a')] }]);
  await lists.keep([{ source: 't', listedAtMs: 2000, models: [model('x')] }]);
  await lists.keep([{ source: 's', listedAtMs: 3000, models: [model('a'), full] }]);
  expect(await lists.read()).toEqual([
    { source: 's', listedAtMs: 3000, models: [model('a'), full] },
    { source: 't', listedAtMs: 2000, models: [model('x')] },
  ]);
  expect(warnings).toEqual([]);
});

itInSoak('leaves out the oldest lists beyond 64 lists or 8 MiB', async () => {
  const { lists } = store();
  const many = Array.from({ length: 80 }, (_, n) => ({ source: `s${n}`, listedAtMs: n, models: [] }));
  await lists.keep(many);
  const kept = await lists.read();
  expect([kept.length, kept[0]?.source, kept.at(-1)?.source]).toEqual([64, 's79', 's16']);
  const large = store();
  const models = Array.from({ length: 15_000 }, (_, n) => model(`${'m'.repeat(180)}-${n}`));
  for (const listedAtMs of [1, 2, 3])
    await large.lists.keep([{ source: `s${listedAtMs}`, listedAtMs, models }]);
  expect((await large.lists.read()).map(({ source }) => source)).toEqual(['s3', 's2']);
  expect(statSync(large.file).size).toBeLessThan(8 * 2 ** 20);
});

it('writes nothing for no lists', async () => {
  const { file, lists } = store();
  await lists.keep([]);
  expect(() => readFileSync(file)).toThrow('ENOENT');
});
