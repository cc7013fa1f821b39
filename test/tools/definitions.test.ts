import { describe, expect, it } from '@jest/globals';
import type { Task } from '../../src/adapters/adapter.js';
import { placesIn } from '../../src/adapters/command/placeholder-values.js';
import { type CommandLine, commandLine, ignoredOptions } from '../../src/adapters/command/values.js';
import type { CommandTool } from '../../src/config/types.js';
import { taskOf } from '../adapters/command/samples.js';
import { builtIn } from './replay.js';

const PLAIN = { modelName: 'm', modelId: 'm', access: 'read' } as const;

function lineOf(name: string, more: Partial<Task<CommandTool>> = {}): CommandLine {
  const task = taskOf(builtIn(name), { ...PLAIN, ...more });
  const line = commandLine(task, {
    places: placesIn('/private'),
    platform: 'linux',
    gatewayUrl: null,
    env: {},
  });
  if (!line.ok) throw new Error(line.error.message);
  return line.value;
}

/** The arguments that an additional value adds. */
function added(name: string, more: Partial<Task<CommandTool>>): string[] {
  const plain = lineOf(name).argv;
  return lineOf(name, more).argv.filter((argument) => !plain.includes(argument));
}

describe('a prompt reaches the tool as text', () => {
  const prompt = '/help about @a.txt';

  it.each([
    ['claude-code', '\n/help about @a.txt'],
    ['codex', prompt],
    ['gemini', '\n/help about \\@a.txt'],
    ['opencode', prompt],
    ['qwen-code', '\n/help about \\@a.txt'],
    ['copilot', prompt],
    ['pi', prompt],
    ['ollama', prompt],
  ])('%s', (name, stdin) => {
    expect(lineOf(name, { prompt })).toMatchObject({ stdin });
    expect(lineOf(name, { prompt: 'mail\n/help' })).toMatchObject({ stdin: 'mail\n/help' });
  });
});

describe('the system prompt is passed separately by', () => {
  it.each(['claude-code', 'codex', 'gemini', 'qwen-code'])('%s', (name) => {
    expect(lineOf(name, { system: 'be brief' })).toMatchObject({ stdin: 'hello' });
  });

  it('gemini, by an environment variable', () => {
    const { variables, systemFile } = lineOf('gemini', { system: 'be brief' });
    expect({ variables, systemFile }).toEqual({
      variables: { GEMINI_SYSTEM_MD: '/private/system.txt' },
      systemFile: 'be brief',
    });
    expect(lineOf('gemini').variables).toEqual({});
  });
});

describe('the list of processes, which other users can read, shows no', () => {
  const texts = { system: 'SYSTEM-TEXT', prompt: 'PROMPT-TEXT' };

  it.each([
    ['claude-code', ['--append-system-prompt-file', '/private/system.txt']],
    ['pi', ['--append-system-prompt', '/private/system.txt']],
    ['gemini', []],
    ['qwen-code', []],
    ['opencode', []],
    ['copilot', []],
    ['ollama', []],
  ])('prompt and system text of %s', (name, shown) => {
    const line = lineOf(name, texts);
    expect(added(name, texts)).toEqual(shown);
    expect(JSON.stringify([line.argv, line.publicArgv, line.previewArgv])).not.toContain('-TEXT');
    expect([line.systemFile, line.stdin].join('\n')).toMatch(/SYSTEM-TEXT\s+PROMPT-TEXT/);
  });

  it('prompt of codex, whose file for instructions would replace those of its tools', () => {
    expect(added('codex', texts)).toEqual(["developer_instructions='''SYSTEM-TEXT'''"]);
  });
});

describe('a session is continued', () => {
  it.each([
    ['claude-code', ['--resume', 'ID']],
    ['codex', ['resume', 'ID']],
    ['gemini', ['-r', 'ID']],
    ['opencode', ['-s', 'ID']],
    ['qwen-code', ['-r', 'ID']],
    ['copilot', ['--resume=ID']],
    ['pi', ['--session', 'ID']],
  ])('by %s', (name, args) => {
    expect(added(name, { toolSessionId: 'ID' })).toEqual(args);
  });

  it('by codex after the options of `exec`', () => {
    expect(lineOf('codex', { toolSessionId: 'ID' }).argv.slice(-3)).toEqual(['resume', 'ID', '-']);
  });
});

describe('a schema is passed', () => {
  it.each([
    ['claude-code', ['--json-schema', '{"type":"object"}']],
    ['codex', ['--output-schema', '/private/schema.json']],
    ['qwen-code', ['--json-schema', '{"type":"object"}']],
  ])('to %s', (name, args) => {
    const schema = '{"type":"object"}';
    expect(added(name, { schema })).toEqual(args);
    expect(lineOf(name, { schema }).stdin).toBe('hello');
  });
});

describe('max turns and cost of claude-code', () => {
  it('are its own to hold', () => {
    const limits = { maxCostMicroUsd: 500_000, maxTokens: 800 };
    expect(added('claude-code', limits)).toEqual(['--max-budget-usd', '0.5']);
    expect(lineOf('claude-code', limits).variables).toEqual({ CLAUDE_CODE_MAX_OUTPUT_TOKENS: '800' });
    expect(ignoredOptions(taskOf(builtIn('claude-code'), { ...PLAIN, ...limits }))).toEqual([]);
    expect(lineOf('claude-code').variables).toEqual({});
  });
});

describe('a login can be checked', () => {
  it.each([
    ['claude-code', ['auth', 'status']],
    ['codex', ['login', 'status']],
  ])('by %s', (name, args) => {
    expect(builtIn(name).loginCheck).toMatchObject({ args, exitCode: 0, hint: expect.any(String) });
  });
});
