import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

const root = mkdtempSync(path.join(tmpdir(), 'llm-format-'));
const run = (...args: string[]) => runInProcess(args, { root });

describe('a usage error is text', () => {
  it.each([
    ['in the words of a prompt', ['exec', '--nope', 'say --json please']],
    ['in a word of its own behind --', ['exec', '--nope', '--', '--json']],
    ['as the value of an option', ['exec', '--system', '--json', '--nope', 'hi']],
    ['as the value of a short option', ['exec', '-s', '--json', '--nope', 'hi']],
    ['as the value of short options together', ['exec', '-qs', '--json', '--nope', 'hi']],
  ])('where `--json` stands %s', async (_, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('error: unknown option `--nope` [usage]');
  });
});

describe('a usage error is a document with --json, and short on stderr', () => {
  it.each([
    ['an unknown option', ['exec', '--nope', '--json', 'hi']],
    ['a value of another option before it', ['exec', '-s', 'brief', '--json', '--nope', 'hi']],
    ['a format as one word', ['exec', '--format=json', '--nope', 'hi']],
    ['two formats', ['exec', '--json', '--format', 'ndjson', 'hi']],
    ['exec', ['exec', '--json', '--timeout', 'nope', 'hi']],
    ['trace', ['trace', '--since', 'nope', '--json']],
    ['trace show', ['trace', 'show', 'nope', '--json']],
    ['trace prune', ['trace', 'prune', '--older-than', 'nope', '--json']],
    ['stats', ['stats', '--since', 'nope', '--json']],
    ['stats prune', ['stats', 'prune', '--older-than', 'nope', '--json']],
    ['audit', ['audit', '--since', 'nope', '--json']],
    ['doctor', ['doctor', '--nope', '--json']],
    ['config show', ['config', 'show', 'nope', '--json']],
    ['config init', ['config', 'init', '--json', '--nope']],
    ['template', ['template', '--json']],
  ])('%s', async (_, args) => {
    const { code, stdout, stderr } = await run(...args);
    const document = JSON.parse(stdout);
    expect({ code, status: document.status }).toEqual({ code: 64, status: 'failed' });
    expect(document.failure.type).toBe('usage');
    expect(stderr).toContain(`error: ${document.failure.message} [usage]\n`);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(13);
  });
});

it('an internal error prints its document too', async () => {
  let isBroken = true;
  const random = (): number => {
    if (!isBroken) return 0.5;
    isBroken = false;
    throw new Error('no such thing');
  };
  const { code, stdout, stderr } = await runInProcess(['exec', '--json', '--timeout', 'x', 'hi'], {
    root,
    random,
  });
  const message = 'this is a bug of llm-router: no such thing';
  expect(code).toBe(70);
  expect(JSON.parse(stdout).failure).toMatchObject({ type: 'internal', message });
  expect(stderr).toContain(`error: ${message} [internal]\nhint: please report it`);
  expect(stderr).toContain('error-format.test');
});

it.each(['2026-02-31', '2026-02-31T10:00', '2026-13-01'])('%s is not a day', async (day) => {
  const { code, stderr } = await run('stats', '--since', day);
  expect(code).toBe(64);
  expect(stderr).toContain(`error: --since: \`${day.slice(0, 10)}\` is not a day of the calendar [usage]`);
});
