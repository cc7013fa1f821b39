import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/domain/id.js';
import { keepDays, pruneTraces } from '../../src/trace/retention.js';
import { dayOf, fileTraceStore } from '../../src/trace/store.js';
import { traceOf } from './documents.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trace = (atMs: number, logPrompts = false) => traceOf({ atMs, logPrompts });

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse('2026-11-20T12:00:00Z');

describe('the trace store', () => {
  it('keeps one private file per invocation, in a folder per day, out of git', async () => {
    const document = await trace(NOW);
    await fileTraceStore(folder).write(document);
    const file = path.join(folder, '20261120', `${document.id}.json`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(path.join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('writes through no link of a day', async () => {
    mkdirSync(path.join(folder, 'elsewhere'));
    mkdirSync(path.join(folder, 'traces'));
    symlinkSync('../elsewhere', path.join(folder, 'traces/20261120'));
    const written = fileTraceStore(path.join(folder, 'traces')).write(await trace(NOW));
    await expect(written).rejects.toMatchObject({ reason: 'place' });
    expect(readdirSync(path.join(folder, 'elsewhere'))).toEqual([]);
  });

  it('lists the newest first over days, as many as asked for', async () => {
    const store = fileTraceStore(folder);
    const documents = await Promise.all([0, 1, 2, 3].map((days) => trace(NOW - days * DAY)));
    for (const document of documents) await store.write(document);
    const { traces } = await store.list({ last: 3 });
    expect(traces.map(({ id }) => id)).toEqual(documents.slice(0, 3).map(({ id }) => id));
  });

  it('finds by the beginning of an id, in any case', async () => {
    const store = fileTraceStore(folder);
    const document = await trace(NOW);
    await store.write(document);
    expect((await store.find(document.id.slice(0, 20).toLowerCase())).traces).toHaveLength(1);
    expect((await store.find('ZZ')).traces).toEqual([]);
  });

  it('reports damaged files and reads the others', async () => {
    const store = fileTraceStore(folder);
    await store.write(await trace(NOW));
    const damaged = ['{', '[]', '{"id":1}'].map((text) => {
      const file = path.join(folder, '20261120', `${newId(NOW + 1, Math.random)}.json`);
      writeFileSync(file, text);
      return file;
    });
    const found = await store.list({ last: 10 });
    expect(found.traces).toHaveLength(1);
    expect([...found.damaged].sort()).toEqual(damaged.sort());
  });

  it.each([
    ['started_at', '+012026-11-20T00:00:00Z'],
    ['tool', 7],
    ['status', 'fine'],
    ['failure', { type: 'unheard_of' }],
    ['latency_ms', 1e300],
    ['attempts', ['one']],
    ['events', [null]],
    ['failure', { message: 'of no type' }],
  ])('takes a trace whose `%s` is %j for damaged', async (key, value) => {
    const document = await trace(NOW);
    await fileTraceStore(folder).write(document);
    const file = path.join(folder, '20261120', `${document.id}.json`);
    writeFileSync(file, JSON.stringify({ ...document, [key]: value }));
    expect(await fileTraceStore(folder).list({ last: 1 })).toEqual({ traces: [], damaged: [file] });
  });

  it('completes what a trace of an earlier version lacks', async () => {
    const { nested: _nested, warnings: _warnings, ...rest } = await trace(NOW);
    const { tags: _tags, origin: _origin, prompt_sha256: _hash, ...request } = rest.request;
    const document = { ...rest, request };
    const file = path.join(folder, '20261120', `${document.id}.json`);
    mkdirSync(path.dirname(file), { mode: 0o700 });
    writeFileSync(file, JSON.stringify({ ...document, more: 1 }));
    expect((await fileTraceStore(folder).list({ last: 1 })).traces).toEqual([
      {
        ...document,
        more: 1,
        nested: null,
        warnings: [],
        request: { ...request, tags: {}, origin: { cwd: '', config: [] }, prompt_sha256: '' },
      },
    ]);
  });

  it('lists nothing without a folder', async () => {
    expect(await fileTraceStore(path.join(folder, 'none')).list({ last: 10 })).toEqual({
      traces: [],
      damaged: [],
    });
  });
});

describe('the trace of a run that never finished', () => {
  it('says `running` while its process lives, and `interrupted` afterwards', async () => {
    const store = fileTraceStore(folder);
    const document = await traceOf({ atMs: NOW, events: 3 });
    expect(document).toMatchObject({ status: 'running', latency_ms: null, tool: 'mock' });
    expect(document.attempts).toMatchObject([{ n: 1, status: 'running', cost: null }]);
    await store.write(document);
    expect((await store.list({ last: 1 })).traces).toMatchObject([{ status: 'running' }]);
    const dead = { ...document.router, start_ticks: 1 };
    await store.write({ ...document, router: dead });
    expect((await store.list({ last: 1 })).traces).toMatchObject([{ status: 'interrupted' }]);
    for (const elsewhere of [{ host: 'another machine' }, { pid_namespace: 'pid:[1]' }]) {
      await store.write({ ...document, router: { ...dead, ...elsewhere } });
      expect((await store.list({ last: 1 })).traces).toMatchObject([{ status: 'running' }]);
    }
  });

  it('is replaced when the run finishes', async () => {
    const store = fileTraceStore(folder);
    const half = await traceOf({ atMs: NOW, events: 3 });
    await store.write(half);
    const whole = await traceOf({ atMs: NOW });
    await store.write({ ...whole, id: half.id });
    expect((await store.list({ last: 9 })).traces).toMatchObject([{ id: half.id, status: 'succeeded' }]);
  });
});

describe('retention', () => {
  const ages = [0, 1, 29, 31, 60];
  const filled = async (): Promise<string[]> => {
    const documents = await Promise.all(ages.map((days) => trace(NOW - days * DAY)));
    for (const document of documents) await fileTraceStore(folder).write(document);
    return documents.map(({ id }) => id);
  };
  const left = async () => (await fileTraceStore(folder).list({ last: 99 })).traces.map(({ id }) => id);

  it('removes older traces, and drafts and journals of killed runs, and nothing else', async () => {
    const ids = await filled();
    const old = path.join(folder, dayOf(NOW - 60 * DAY));
    writeFileSync(path.join(old, `${ids[4]}.json.0123456789abcdef.part`), '{');
    writeFileSync(path.join(old, `${ids[4]}.calls`), '{');
    writeFileSync(path.join(old, 'notes.txt'), 'mine');
    expect(await pruneTraces(folder, { beforeMs: NOW - 30 * DAY })).toEqual({ removed: 4, isDone: true });
    expect(await left()).toEqual(ids.slice(0, 3));
    expect(readdirSync(old)).toEqual(['notes.txt']);
    expect(existsSync(path.join(folder, dayOf(NOW - 31 * DAY)))).toBe(false);
  });

  it('is exact within a day', async () => {
    const [older, newer] = [await trace(NOW), await trace(NOW + 2000)];
    for (const document of [older, newer]) await fileTraceStore(folder).write(document);
    await pruneTraces(folder, { beforeMs: NOW + 1000 });
    expect(await left()).toEqual([newer.id]);
  });

  it('runs once a day, and leaves what exceeds its limit to the next run', async () => {
    const ids = await filled();
    await keepDays(folder, { days: 30, nowMs: NOW });
    expect(await left()).toEqual(ids.slice(0, 3));
    const late = await trace(NOW - 40 * DAY);
    await fileTraceStore(folder).write(late);
    utimesSync(path.join(folder, '.pruned'), NOW / 1000, NOW / 1000);
    await keepDays(folder, { days: 30, nowMs: NOW + 1000 });
    expect(await left()).toContain(late.id);
    await keepDays(folder, { days: 30, nowMs: NOW + DAY });
    expect(await left()).not.toContain(late.id);
    expect(await pruneTraces(folder, { beforeMs: NOW + DAY, atMost: 1 })).toEqual({
      removed: 1,
      isDone: false,
    });
  });
});

describe('privacy', () => {
  it('keeps a hash and lengths of prompt and answer, not their text', async () => {
    const document = await trace(NOW);
    expect(JSON.stringify(document)).not.toContain('secret plan');
    expect(document.text).toBeNull();
    expect(document.request).toMatchObject({ prompt: null, prompt_chars: 15, prompt_bytes: 15 });
    expect(document.request.prompt_sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps them with log_prompts', async () => {
    const document = await trace(NOW, true);
    expect(document.request.prompt).toBe('the secret plan');
    expect(document.text).toContain('canned answer');
  });
});
