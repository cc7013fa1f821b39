import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Task } from '../../../src/adapters/adapter.js';
import { MAX_ARGUMENT_BYTES } from '../../../src/adapters/command/argument-trouble.js';
import { missingVariables } from '../../../src/adapters/command/environment.js';
import { placesIn } from '../../../src/adapters/command/placeholder-values.js';
import { commandLine, ignoredOptions } from '../../../src/adapters/command/values.js';
import type { CommandTool } from '../../../src/config/types.js';
import { parseArgument } from '../../../src/domain/template.js';
import { anyText } from '../../any-text.js';
import { taskOf, toolOf } from './samples.js';

const WHERE = { places: placesIn('/private'), platform: 'linux' as const, gatewayUrl: null, env: {} };

function lineOf(task: Task<CommandTool>) {
  return commandLine(task, WHERE);
}

function argvOf(task: Task<CommandTool>): string[] {
  const line = lineOf(task);
  if (!line.ok) throw new Error(line.error.message);
  return line.value.argv;
}

describe('commandLine', () => {
  it('puts the program first, wherever the template has it', () => {
    expect(argvOf(taskOf(toolOf(['run'])))).toEqual(['/bin/bot', 'run']);
    expect(argvOf(taskOf(toolOf(['{binary}', 'run'])))).toEqual(['/bin/bot', 'run']);
    expect(argvOf(taskOf(toolOf(['nice', '-n', '5', '{binary}'])))).toEqual(['nice', '-n', '5', '/bin/bot']);
    expect(argvOf(taskOf(toolOf(['run']), { binaryPath: null }))).toEqual(['bot', 'run']);
  });

  it('fills every value', () => {
    const template = [
      '{model}',
      '{cwd}',
      '{max_tokens}',
      '{temperature}',
      '{effort}',
      '{session}',
      '{trace_id}',
      '{timeout_seconds}',
    ];
    const more = {
      modelId: 'm-1',
      cwd: '/work',
      maxTokens: 100,
      temperature: 0.5,
      effort: 'low',
      session: 's',
      timeoutMs: 1500,
    } as const;
    expect(argvOf(taskOf(toolOf(template), more)).slice(1)).toEqual([
      'm-1',
      '/work',
      '100',
      '0.5',
      'low',
      's',
      'a'.repeat(32),
      '2',
    ]);
  });

  it('fills variables, shows their names alone, and needs those outside of optional groups', () => {
    const variable = (name: string) => `$\{${name}}`;
    const file = `${variable('HOME')}/c.yaml`;
    const tool = toolOf(['--config', file, ['--as', variable('WHO')]]);
    const env = { HOME: '/home/me' };
    expect(commandLine(taskOf(tool), { ...WHERE, env })).toMatchObject({
      value: {
        argv: ['/bin/bot', '--config', '/home/me/c.yaml'],
        publicArgv: ['/bin/bot', '--config', file],
        previewArgv: ['/bin/bot', '--config', file],
      },
    });
    expect(commandLine(taskOf(tool), { ...WHERE, env: { ...env, WHO: 'me' } })).toMatchObject({
      value: { argv: ['/bin/bot', '--config', '/home/me/c.yaml', '--as', 'me'] },
    });
    expect(lineOf(taskOf(tool))).toMatchObject({
      error: {
        type: 'tool_not_found',
        message: '`HOME` is not set, and the arguments of tool `bot` need it',
      },
    });
    expect(missingVariables(tool, {})).toEqual(['HOME']);
  });

  it('gives the prompt by stdin, by a private file, or as an argument', () => {
    const more = { system: null, prompt: 'p' };
    expect(lineOf(taskOf(toolOf(['run']), more))).toMatchObject({
      value: { stdin: 'p', promptFile: null, needsFolder: false },
    });
    expect(lineOf(taskOf(toolOf(['{prompt_file}'], { prompt: 'file' }), more))).toMatchObject({
      value: { argv: ['/bin/bot', '/private/prompt.txt'], stdin: null, promptFile: 'p', needsFolder: true },
    });
    expect(lineOf(taskOf(toolOf(['{prompt}'], { prompt: 'argument' }), more))).toMatchObject({
      value: { argv: ['/bin/bot', 'p'], stdin: null, promptFile: null, needsFolder: false },
    });
  });

  it("names the user's own file when the prompt is exactly that file", () => {
    const tool = toolOf(['{prompt_file}'], { prompt: 'file' });
    expect(lineOf(taskOf(tool, { promptFile: '/home/me/test.md' }))).toMatchObject({
      value: { argv: ['/bin/bot', '/home/me/test.md'], promptFile: null, needsFolder: false },
    });
    expect(lineOf(taskOf(tool, { promptFile: '/home/me/test.md', system: 'be brief' }))).toMatchObject({
      value: {
        argv: ['/bin/bot', '/private/prompt.txt'],
        promptFile: 'be brief\n\nhello',
        needsFolder: true,
      },
    });
  });

  it('puts the system text before the prompt when the tool has no option for it', () => {
    expect(lineOf(taskOf(toolOf([]), { system: 'be brief' }))).toMatchObject({
      value: { stdin: 'be brief\n\nhello' },
    });
    expect(lineOf(taskOf(toolOf([['-s', '{system}']]), { system: 'be brief' }))).toMatchObject({
      value: { argv: ['/bin/bot', '-s', 'be brief'], stdin: 'hello' },
    });
    expect(lineOf(taskOf(toolOf([['-s', '{system_file}']]), { system: 'be brief' }))).toMatchObject({
      value: { argv: ['/bin/bot', '-s', '/private/system.txt'], stdin: 'hello', systemFile: 'be brief' },
    });
    expect(lineOf(taskOf(toolOf([['-s', '{system}', '{effort}']]), { system: 'be brief' }))).toMatchObject({
      value: { argv: ['/bin/bot'], stdin: 'be brief\n\nhello' },
    });
  });

  it('splices in the arguments of the access level, and refuses a level that is not offered', () => {
    const tool = toolOf(['{access_args}', 'x'], { accessArgs: { none: [], read: ['--ro', '-q'] } });
    expect(argvOf(taskOf(tool, { access: 'read' }))).toEqual(['/bin/bot', '--ro', '-q', 'x']);
    expect(argvOf(taskOf(tool, { access: 'none' }))).toEqual(['/bin/bot', 'x']);
    expect(argvOf(taskOf(toolOf(['{access_args}']), { access: 'full' }))).toEqual(['/bin/bot']);
    expect(lineOf(taskOf(tool, { access: 'edit' }))).toMatchObject({
      error: {
        type: 'invalid_request',
        message: 'tool `bot` does not offer access `edit`',
        hint: 'it offers `none`, `read`',
        tool: 'bot',
      },
    });
  });

  it('names a missing value', () => {
    expect(lineOf(taskOf(toolOf(['-m', '{model}'])))).toMatchObject({
      error: { type: 'model_not_found', message: 'tool `bot` needs a model' },
    });
    expect(lineOf(taskOf(toolOf(['{effort}'])))).toMatchObject({
      error: { type: 'invalid_request', message: 'tool `bot` needs a value for `{effort}`' },
    });
  });

  it.each([
    [['{prompt}'], false],
    [['run', '{prompt}'], false],
    [['--prompt=x', '{prompt}'], false],
    [['-', '{prompt}'], false],
    [['{prompt} please'], false],
    [['--prompt', '{prompt}'], false],
    [['-p', '{prompt}'], false],
    [['--prompt={prompt}'], true],
    [['--', '{prompt}'], true],
    [['--', 'run', '{prompt}'], true],
  ])('with %j a prompt that starts with a dash is accepted: %j', (args, isTaken) => {
    const line = lineOf(taskOf(toolOf(args, { prompt: 'argument' }), { prompt: '--yolo' }));
    expect(line.ok).toBe(isTaken);
    const error = { type: 'invalid_request', hint: expect.stringContaining('`prompt: stdin`') };
    if (!line.ok) expect(line.error).toMatchObject(error);
  });

  it.each(['system', 'session', 'model'] as const)('guards `{%s}` alike', (name) => {
    const task = taskOf(toolOf([[`{${name}}`]]), { system: '-s', session: '-s', modelId: '-s' });
    expect(lineOf(task)).toMatchObject({
      error: { type: 'invalid_request', hint: `put \`--\` before \`{${name}}\`` },
    });
  });

  it('refuses an argument that the system cannot pass', () => {
    const tool = toolOf(['--', '{prompt}'], { prompt: 'argument' });
    expect(lineOf(taskOf(tool, { prompt: 'x'.repeat(MAX_ARGUMENT_BYTES) })).ok).toBe(true);
    expect(lineOf(taskOf(tool, { prompt: 'ä'.repeat(MAX_ARGUMENT_BYTES / 2 + 1) }))).toMatchObject({
      error: { type: 'invalid_request', message: expect.stringContaining('131071') },
    });
    expect(lineOf(taskOf(tool, { prompt: 'a\0b' }))).toMatchObject({
      error: { type: 'invalid_request', message: expect.stringContaining('NUL') },
    });
    expect(lineOf(taskOf(toolOf([]), { prompt: 'a\0b' })).ok).toBe(true);
  });

  it('never lets a value become another argument or an option', () => {
    const tool = toolOf(['run', ['-m', '{model}'], '{prompt}'], { prompt: 'argument' });
    fc.assert(
      fc.property(anyText(), anyText(), (prompt, modelId) => {
        const line = lineOf(taskOf(tool, { prompt, modelId }));
        const isSafe = ![prompt, modelId].some((text) => text.startsWith('-') || text.includes('\0'));
        expect(line.ok).toBe(isSafe);
        if (line.ok) expect(line.value.argv).toEqual(['/bin/bot', 'run', '-m', modelId, prompt]);
      }),
    );
  });

  it.each([
    ['a session behind its option', ['--resume', '{tool_session_id}'], '`--resume={tool_session_id}`'],
    ['an effort', ['{effort}'], '`--` before `{effort}`'],
    ['a schema', ['{schema}'], '`--` before `{schema}`'],
    ['a temperature', ['-t', '{temperature}'], '`-t={temperature}`'],
    ['a folder', ['{cwd}'], '`--` before `{cwd}`'],
  ])('refuses %s that starts with `-`', (_what, args, hint) => {
    const values = {
      toolSessionId: '--yes',
      effort: '--yes' as never,
      schema: '-{}',
      temperature: -1,
      cwd: '-c',
    };
    expect(lineOf(taskOf(toolOf(args), values))).toMatchObject({
      error: { type: 'invalid_request', hint: expect.stringContaining(hint) },
    });
  });

  it.each([
    ['joined to its option', ['--resume={tool_session_id}'], '--resume=--yes'],
    ['behind `--`', ['--', '{tool_session_id}'], '--yes'],
  ])('takes a value that starts with `-` %s', (_how, args, last) => {
    const line = lineOf(taskOf(toolOf(args), { toolSessionId: '--yes' }));
    expect(line.ok && line.value.argv.at(-1)).toBe(last);
  });
});

function envTemplate(texts: Record<string, string>): CommandTool['envTemplate'] {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parseArgument(text)]));
}

describe('variables made of placeholders', () => {
  const tool = toolOf([], {
    envTemplate: envTemplate({ LIMIT: '{max_tokens}', MIX: '{model}/{effort}', PLAIN: '{{x}}' }),
  });

  it('have their values, and are omitted when one is missing', () => {
    expect(lineOf(taskOf(tool, { maxTokens: 5, modelId: 'm' }))).toMatchObject({
      value: { variables: { LIMIT: '5', PLAIN: '{x}' }, needsFolder: false },
    });
    expect(lineOf(taskOf(tool, { modelId: 'm', effort: 'low' }))).toMatchObject({
      value: { variables: { MIX: 'm/low', PLAIN: '{x}' } },
    });
  });

  it('can carry the system prompt and the schema', () => {
    const places = toolOf([], {
      envTemplate: envTemplate({ SYSTEM: '{system_file}', SCHEMA: '{schema}' }),
    });
    expect(lineOf(taskOf(places, { system: 'be brief', schema: '{}' }))).toMatchObject({
      value: {
        variables: { SYSTEM: '/private/system.txt', SCHEMA: '{}' },
        stdin: 'hello',
        systemFile: 'be brief',
        needsFolder: true,
      },
    });
    const withEffort = toolOf([], { envTemplate: envTemplate({ SYSTEM: '{system_file}:{effort}' }) });
    expect(lineOf(taskOf(withEffort, { system: 'be brief' }))).toMatchObject({
      value: { variables: {}, stdin: 'be brief\n\nhello', systemFile: null, needsFolder: false },
    });
  });

  it('join the arguments of the access level', () => {
    const levels = toolOf([], {
      envTemplate: envTemplate({ FLAGS: '{access_args}' }),
      accessArgs: { read: ['--ro', '-q'], none: [] },
    });
    expect(lineOf(taskOf(levels))).toMatchObject({ value: { variables: { FLAGS: '--ro -q' } } });
    expect(lineOf(taskOf(levels, { access: 'none' }))).toMatchObject({ value: { variables: { FLAGS: '' } } });
  });

  it('refuse what the system cannot pass', () => {
    const system = toolOf([], { envTemplate: envTemplate({ SYSTEM: '{system}' }) });
    const longest = 'x'.repeat(MAX_ARGUMENT_BYTES - 'SYSTEM='.length);
    expect(lineOf(taskOf(system, { system: longest })).ok).toBe(true);
    expect(lineOf(taskOf(system, { system: `${longest}x` }))).toMatchObject({
      error: {
        type: 'invalid_request',
        message: expect.stringContaining('a variable of tool `bot` has 131072'),
      },
    });
    expect(lineOf(taskOf(system, { system: 'a\0b' }))).toMatchObject({
      error: { message: 'a variable of tool `bot` contains a NUL character, which no variable can' },
    });
  });
});

describe('private files', () => {
  it('need a folder, and `{private_dir}` is where they are', () => {
    const privateFiles = { 'settings.json': '{}' };
    const args = ['--settings={private_dir}/settings.json'];
    expect(lineOf(taskOf(toolOf(args, { privateFiles })))).toMatchObject({
      value: {
        argv: ['/bin/bot', '--settings=/private/files/settings.json'],
        privateFiles,
        needsFolder: true,
      },
    });
    expect(lineOf(taskOf(toolOf(args)))).toMatchObject({ value: { needsFolder: true } });
  });
});

describe('prompt escapes', () => {
  const promptEscapes = [
    { pattern: '^/', replace: '\n/' },
    { pattern: '(?<!\\\\)@', replace: '\\$&' },
  ];
  const escaping = (more: Partial<CommandTool> = {}) => toolOf([], { promptEscapes, ...more });

  it.each([
    ['/help', '\n/help'],
    ['a\n/help', 'a\n/help'],
    ['see @a.txt, me@b.c', 'see \\@a.txt, me\\@b.c'],
    ['\\@a', '\\@a'],
    ['/😀 @ä', '\n/😀 \\@ä'],
    ['plain $& $1', 'plain $& $1'],
  ])('make %j %j', (prompt, stdin) => {
    expect(lineOf(taskOf(escaping(), { prompt }))).toMatchObject({ value: { stdin } });
  });

  it('apply to a system text that goes before the prompt', () => {
    expect(lineOf(taskOf(escaping(), { system: '/compact', prompt: '/help' }))).toMatchObject({
      value: { stdin: '\n/compact\n\n/help' },
    });
  });

  it("take the place of the user's own file", () => {
    const tool = toolOf(['{prompt_file}'], { prompt: 'file', promptEscapes });
    const task = { prompt: '/help', promptFile: '/home/me/test.md' };
    expect(lineOf(taskOf(tool, task))).toMatchObject({
      value: { argv: ['/bin/bot', '/private/prompt.txt'], promptFile: '\n/help' },
    });
    expect(lineOf(taskOf(tool, { ...task, prompt: 'plain' }))).toMatchObject({
      value: { argv: ['/bin/bot', '/home/me/test.md'], promptFile: null },
    });
  });
});

describe('ignoredOptions', () => {
  it('names options with a value and no placeholder', () => {
    const task = taskOf(
      toolOf([
        ['--effort', '{effort}'],
        ['-t', '{temperature}', '{session}'],
      ]),
      {
        effort: 'low',
        temperature: 0,
        maxTokens: 5,
      },
    );
    expect(ignoredOptions(task).map(({ option }) => option)).toEqual(['max_tokens', 'temperature']);
    expect(ignoredOptions(taskOf(toolOf([])))).toEqual([]);
    const variables = toolOf([], { envTemplate: envTemplate({ LIMIT: '{max_tokens}' }) });
    expect(ignoredOptions(taskOf(variables, { maxTokens: 5 }))).toEqual([]);
  });
});
