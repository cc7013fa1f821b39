import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyRequest } from '../../src/domain/request.js';
import { newId } from '../../src/router/id.js';
import { createRouter } from '../../src/router/router.js';
import { type TraceDocument, traceDocument } from '../../src/trace/document.js';
import { fileTraceStore } from '../../src/trace/store.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A real trace of a run on the built-in mock, as of a given time. */
async function trace(atMs: number, logPrompts = false): Promise<TraceDocument> {
  const never = new AbortController().signal;
  const clock = { ...realHost().clock, now: () => atMs };
  const router = createRouter(configOf(''), {
    ...realHost(),
    clock,
    readFile: async () => '',
    signal: never,
    urgent: never,
    traces: null,
    cooldowns: ownCooldowns(),
    audit: null,
  });
  const request = { ...emptyRequest('/'), prompt: 'the secret plan', tool: 'mock' };
  const planned = await router.plan(request);
  if (!planned.ok) throw new Error(planned.error.message);
  const invocation = await router.complete(planned.value);
  return traceDocument({
    invocation,
    request,
    versions: { router: '1', node: '20', platform: 'linux' },
    logPrompts,
  });
}

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

  it('names what is damaged and goes on', async () => {
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

  it('has nothing to list where there is no folder', async () => {
    expect(await fileTraceStore(path.join(folder, 'none')).list({ last: 10 })).toEqual({
      traces: [],
      damaged: [],
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
