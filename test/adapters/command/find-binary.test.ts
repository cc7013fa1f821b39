import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { findToolBinary } from '../../../src/adapters/command/find-binary.js';
import { commandAdapter } from '../../../src/adapters/command.js';
import type { CommandTool } from '../../../src/config/types.js';
import { toolOf } from './samples.js';

let folder = '';
let program = '';
let plainFile = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-router-binary-'));
  [program, plainFile] = [path.join(folder, 'bot'), path.join(folder, 'plain')];
  writeFileSync(program, '#!/bin/sh\n');
  writeFileSync(plainFile, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  chmodSync(plainFile, 0o644);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOWHERE = { linux: null, macos: null, windows: null };

function tool(binary: string, platforms: Partial<CommandTool['platforms']> = {}): CommandTool {
  return toolOf([], { binary: { value: binary, at: null }, platforms: { ...NOWHERE, ...platforms } });
}

it('takes the path of the system when the binary is not in PATH', () => {
  const env = { PATH: '/nonexistent' };
  const platforms = { linux: program, macos: '/mac/bot', windows: 'C:\\bot.exe' };
  expect(findToolBinary(tool('bot', platforms), { env, platform: 'linux' })).toEqual({
    found: true,
    path: program,
  });
  expect(findToolBinary(tool('bot', platforms), { env, platform: 'darwin' })).toMatchObject({ found: false });
  expect(
    findToolBinary(tool('bot', { linux: '/other' }), { env: { PATH: folder }, platform: 'linux' }),
  ).toEqual({ found: true, path: program });
});

it('does not look into folders of PATH that are relative or empty', () => {
  const inHere = path.relative(process.cwd(), folder);
  for (const PATH of [inHere, `.:${inHere}`, '', ':'])
    expect(findToolBinary(tool('bot'), { env: { PATH }, platform: 'linux' })).toMatchObject({ found: false });
});

it('says how to make a file executable', () => {
  const host = { env: { PATH: folder }, platform: 'linux' as const };
  const hint = { detail: `\`${plainFile}\` is not executable`, hint: `run \`chmod +x ${plainFile}\`` };
  expect(commandAdapter.availability(tool(plainFile), host)).toMatchObject(hint);
  expect(commandAdapter.availability(tool('plain'), host)).toMatchObject(hint);
  expect(commandAdapter.availability(tool('missing'), host)).toMatchObject({
    detail: '`missing` not found in PATH',
  });
});
