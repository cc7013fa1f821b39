import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { adapterOf } from '../../src/adapters/registry.js';
import { rememberingBinaries } from '../../src/router/many-requests.js';
import { configOf } from '../rig/config.js';

it('looks for the binary of a command once a second, and asks the variables of an API each time', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-library-'));
  const binary = path.join(folder, 'bot');
  const { tools } = configOf(`
tools:
  bot: { binary: ${binary}, args: [] }
  api: { kind: http, api: openai-chat, base_url: 'http://127.0.0.1:1', api_key_env: API_KEY }
`);
  let nowMs = 0;
  const remembering = rememberingBinaries(adapterOf, () => nowMs);
  const isThere = (name: 'bot' | 'api', env: Record<string, string> = {}): boolean => {
    const tool = tools[name];
    if (tool === undefined) throw new Error(`no tool ${name}`);
    return remembering(tool).availability(tool, { env, platform: process.platform }).available;
  };
  expect(isThere('bot')).toBe(false);
  writeFileSync(binary, '', { mode: 0o755 });
  nowMs = 999;
  expect(isThere('bot')).toBe(false);
  nowMs = 1000;
  expect(isThere('bot')).toBe(true);
  rmSync(binary);
  expect(isThere('bot')).toBe(true);
  nowMs = 2000;
  expect(isThere('bot')).toBe(false);
  expect([isThere('api'), isThere('api', { API_KEY: 'dummy' }), isThere('api')]).toEqual([
    false,
    true,
    false,
  ]);
  rmSync(folder, { recursive: true });
});
