import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ok } from '../../src/domain/result.js';
import {
  fillArgv,
  parseArgument,
  parseArgv,
  placeholdersOf,
  splitCommand,
} from '../../src/domain/template.js';
import { anyText } from '../any-text.js';

const ANY_TEXT = fc.oneof(
  anyText(),
  fc.constantFrom(
    '',
    ' ',
    '-x',
    '--',
    '{model}',
    '{{prompt}}',
    '$(rm -rf /)',
    '`id`',
    '"; ls #',
    "'",
    '\\',
    'a\nb',
    '*',
    '~',
  ),
);

describe('splitCommand', () => {
  it.each([
    ['bot run --json', ['bot', 'run', '--json']],
    ['  bot\t run \n', ['bot', 'run']],
    ['bot "two words" \'three more words\'', ['bot', 'two words', 'three more words']],
    ['bot --name="a b"c', ['bot', '--name=a bc']],
    ['bot ""', ['bot', '']],
    [`bot "it's" 'say "hi"'`, ['bot', "it's", 'say "hi"']],
    ['bot two\\ words "a\\"b" "a\\\\b" "a\\nb"', ['bot', 'two words', 'a"b', 'a\\b', 'a\\nb']],
    ['bot | tee > out; $(id) && `id` *', ['bot', '|', 'tee', '>', 'out;', '$(id)', '&&', '`id`', '*']],
    ['', []],
  ])('splits %j like a shell that expands nothing', (text, words) => {
    expect(splitCommand(text)).toEqual(ok(words));
  });

  it.each(['bot "open', "bot 'open", 'bot \\'])('says what is wrong with %j', (text) => {
    expect(splitCommand(text)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/backslash|not closed/),
    });
  });

  it('restores any quoted words', () => {
    fc.assert(
      fc.property(fc.array(ANY_TEXT), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitCommand(quoted)).toEqual(ok(words));
      }),
    );
  });
});

describe('parseArgument', () => {
  it.each([
    ['plain', [{ literal: 'plain' }]],
    ['', [{ literal: '' }]],
    ['{model}', [{ placeholder: 'model' }]],
    ['--m={model}!', [{ literal: '--m=' }, { placeholder: 'model' }, { literal: '!' }]],
    ['{{model}}', [{ literal: '{model}' }]],
    ['{"a": {{}}', [{ literal: '{"a": {}' }]],
    ['{not a name}', [{ literal: '{not a name}' }]],
    ['{unknown_one}', [{ placeholder: 'unknown_one' }]],
  ])('reads %j', (text, parts) => {
    expect(parseArgument(text)).toEqual(parts);
  });
});

describe('fillArgv', () => {
  const template = parseArgv([
    '{binary}',
    'run',
    ['--model', '{model}'],
    ['--system', '{system}', '{effort}'],
    '{access_args}',
    '--prompt={prompt}',
  ]);

  it('names its placeholders in order', () => {
    expect(placeholdersOf(template)).toEqual([
      'binary',
      'model',
      'system',
      'effort',
      'access_args',
      'prompt',
    ]);
  });

  it('omits a group when one of its values is missing, and splices lists in', () => {
    const values = { binary: 'bot', model: 'm1', system: 's', prompt: 'p', access_args: ['--ro', '-q'] };
    expect(fillArgv(template, values)).toEqual(
      ok(['bot', 'run', '--model', 'm1', '--ro', '-q', '--prompt=p']),
    );
    expect(fillArgv(template, { ...values, model: null, access_args: [] })).toEqual(
      ok(['bot', 'run', '--prompt=p']),
    );
  });

  it('names a value that is missing outside of a group', () => {
    expect(fillArgv(template, { binary: 'bot', access_args: [] })).toEqual({
      ok: false,
      error: { missing: 'prompt' },
    });
  });

  it('keeps a value one argument, and never expands it again', () => {
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, (prompt, model) => {
        const filled = fillArgv(parseArgv(['bot', '{prompt}', 'x{model}y{prompt}', '{{prompt}}']), {
          prompt,
          model,
        });
        expect(filled).toEqual(ok(['bot', prompt, `x${model}y${prompt}`, '{prompt}']));
      }),
    );
  });
});
