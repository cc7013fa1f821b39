import { describe, expect, it } from '@jest/globals';
import { isBatchFile, shimCommand } from '../../../src/adapters/command/windows.js';
import { taskkillArgs } from '../../../src/process/signal.js';

const NPM_SHIM = `@ECHO off
GOTO start
:find_dp0
SET dp0=%~dp0
EXIT /b
:start
SETLOCAL
CALL :find_dp0

IF EXIST "%dp0%\\node.exe" (
  SET "_prog=%dp0%\\node.exe"
) ELSE (
  SET "_prog=node"
  SET PATHEXT=%PATHEXT:;.JS;=;%
)

endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*
`;
const shim = (text: string) => ({ path: 'C:\\Users\\me\\npm\\codex.cmd', text, node: 'C:\\node\\node.exe' });

describe('on Windows', () => {
  it('a process is ended with all that it started', () => {
    expect(taskkillArgs(42, { force: false })).toEqual(['/PID', '42', '/T']);
    expect(taskkillArgs(42, { force: true })).toEqual(['/PID', '42', '/T', '/F']);
  });

  it.each([
    ['C:\\npm\\codex.cmd', true],
    ['C:\\npm\\run.BAT', true],
    ['C:\\npm\\codex.exe', false],
    ['/usr/bin/cmd', false],
  ])('%s is a batch file: %s', (path, expected) => {
    expect(isBatchFile(path)).toBe(expected);
  });

  it('the shim of npm is replaced by its script, run by Node without a shell', () => {
    expect(shimCommand(shim(NPM_SHIM))).toEqual([
      'C:\\node\\node.exe',
      'C:\\Users\\me\\npm\\node_modules\\@openai\\codex\\bin\\codex.js',
    ]);
  });

  it('the shim of pnpm points upwards', () => {
    const text = '@"%~dp0\\node.exe" "%~dp0\\..\\store\\tool\\cli.mjs" %*';
    expect(shimCommand(shim(text))?.[1]).toBe('C:\\Users\\me\\store\\tool\\cli.mjs');
  });

  it('the shim of a native program is replaced by that program', () => {
    const text = '@"%dp0%\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*';
    expect(shimCommand(shim(text))).toEqual([
      'C:\\Users\\me\\npm\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe',
    ]);
  });

  it.each(['@echo off\necho %*', '@"%dp0%\\tool.js"', ''])('other batch files are no shims: %j', (text) => {
    expect(shimCommand(shim(text))).toBeNull();
  });
});
