import { describe, expect, it } from '@jest/globals';
import { failedOutcome, type Outcome } from '../../src/domain/attempt.js';
import { failure } from '../../src/domain/failure.js';
import { settingNames } from '../../src/domain/setting-names.js';
import { compileAnswerSchema } from '../../src/router/attempts/answer-schema.js';
import { answerValue } from '../../src/router/attempts/answer-value.js';

const VALUE = { n: 2 };
const JSON_TEXT = '{"n": 2}';

describe('the JSON value of an answer', () => {
  it.each([
    ['alone', JSON_TEXT],
    ['behind a byte order mark', `\uFEFF${JSON_TEXT}`],
    ['behind thoughts', `<think>\nmaybe {"n": 1}\n</think>\n\n${JSON_TEXT}`],
    ['behind a byte order mark and thoughts', `\uFEFF<thinking>hm</thinking>${JSON_TEXT}`],
    ['behind thoughts whose opening tag is missing', `maybe {"n": 1}\n</think>${JSON_TEXT}`],
    ['in a fence', `\`\`\`json\n${JSON_TEXT}\n\`\`\``],
    ['in a fence that ends on its line', `\`\`\`json\n${JSON_TEXT}\`\`\``],
    ['in a fence on one line', `\`\`\`json ${JSON_TEXT}\`\`\``],
    ['in an indented fence', `Sure:\n\n  \`\`\`json\n  ${JSON_TEXT}\n  \`\`\`\n`],
    ['in a fence that is not closed', `\`\`\`json\n${JSON_TEXT}\n`],
    ['in a fence of tildes', `~~~\n${JSON_TEXT}\n~~~`],
    [
      'in a fence behind thoughts with another',
      `<think>\n\`\`\`json\n{"n": 1}\n\`\`\`\n</think>\`\`\`\n${JSON_TEXT}\n\`\`\``,
    ],
    [
      'in the last of two fences',
      `\`\`\`json\n{"n": 1}\n\`\`\`\nbetter:\n\`\`\`json\n${JSON_TEXT}\n\`\`\`\n`,
    ],
    ['behind an invisible character', `\u200B${JSON_TEXT}`],
    ['before tokens that end a turn', `${JSON_TEXT}<|im_end|>\n<|endoftext|>`],
    ['before the end of a sequence', `${JSON_TEXT}</s>`],
    ['in a tag', `<answer>\n${JSON_TEXT}\n</answer>`],
    ['in backticks', `\`${JSON_TEXT}\``],
    ['behind thoughts of Mistral', `[THINK]maybe {"n": 1}[/THINK]${JSON_TEXT}`],
    ['behind thoughts of Seed', `<seed:think>maybe {"n": 1}</seed:think>${JSON_TEXT}`],
    [
      'in the last channel of Harmony',
      `<|channel|>analysis<|message|>{"n": 1}<|end|><|start|>assistant<|channel|>final<|message|>${JSON_TEXT}`,
    ],
    ['behind a colon', `Here is the JSON: ${JSON_TEXT}`],
    ['between words', `Here it is:\n${JSON_TEXT}\nAnything else?`],
  ])('stands %s', (_, text) => {
    expect(answerValue(text)).toEqual(VALUE);
  });

  it('may hold a fence itself', () => {
    const value = { code: '```js\n1\n```' };
    expect(answerValue(`\`\`\`json\n${JSON.stringify(value)}\n\`\`\``)).toEqual(value);
  });

  it.each([
    ['no JSON', 'two'],
    ['several values', '{"n": 1}\nor\n{"n": 2}'],
    ['thoughts alone', '<think>{"n": 2}'],
    ['a value in the middle of a sentence', 'It is: {"n": 2} or {"n": 3}'],
    ['a fence of something else', '```js\nf(2)\n```'],
    ['nothing', ''],
  ])('is not there in %s', (_, text) => {
    expect(answerValue(text)).toBeUndefined();
  });
});

describe('the schema of an answer', () => {
  const BY = { source: 's', names: settingNames('command_line') };
  const answered = (text: string): Outcome => ({
    ...failedOutcome(failure('internal', 'x')),
    failure: null,
    text,
  });
  const check = async (schema: object, text: string) => {
    const compiled = await compileAnswerSchema(JSON.stringify(schema), BY);
    return compiled.ok ? compiled.value(answered(text)) : compiled.error;
  };

  it('keeps the text, and the parsed value beside it', async () => {
    const text = `\`\`\`json\n${JSON_TEXT}\n\`\`\``;
    expect(await check({ required: ['n'] }, text)).toMatchObject({ text, data: VALUE, failure: null });
  });

  it('matches its patterns in linear time', async () => {
    const schema = { type: 'array', items: { pattern: '^(a+)+$' }, contains: { pattern: '^b$' } };
    const wrong = await check(schema, JSON.stringify([`${'a'.repeat(50_000)}!`, 'b']));
    expect(wrong).toMatchObject({ failure: { type: 'contract_violation' } });
    expect(await check(schema, '["aa"]')).toMatchObject({ failure: { type: 'contract_violation' } });
    expect(await check({ pattern: '^[ab]+$' }, '"ab"')).toMatchObject({ failure: null });
  });

  it('is refused with a pattern that could run for ever', async () => {
    const message = expect.stringContaining('the pattern `^(?!x)a+$` has a lookahead beside repetitions');
    expect(await check({ pattern: '^(?!x)a+$' }, '"a"')).toMatchObject({ type: 'input', message });
  });

  it.each([
    ['whose references double at each level', doubling(40), '1'],
    [
      'that doubles with each level of the answer',
      { items: { allOf: [{ $ref: '#' }, { $ref: '#' }] } },
      `${'['.repeat(60)}${']'.repeat(60)}`,
    ],
    ['and an answer that opens very many blocks', {}, '```json\n'.repeat(100_000)],
  ])('is given up on a schema %s', async (_, schema, text) => {
    const compiled = await compileAnswerSchema(JSON.stringify(schema), BY, { checkMs: 50 });
    if (!compiled.ok) throw new Error(compiled.error.message);
    const message = 'the check of the answer against the schema takes too long';
    expect(compiled.value(answered(text))).toMatchObject({
      failure: { type: 'contract_violation', message },
    });
  });

  it.each([
    [
      'is nested too deeply',
      `${'{"not":'.repeat(3000)}{}${'}'.repeat(3000)}`,
      'the schema is not JSON, or is nested too deeply',
    ],
    [
      'takes too long to read',
      JSON.stringify({
        allOf: Array.from({ length: 20_000 }, (_, i) => ({ $ref: `#/$defs/d${i}` })),
        $defs: Object.fromEntries(
          Array.from({ length: 20_000 }, (_, i) => [`d${i}`, { properties: { a: { $ref: '#' } } }]),
        ),
      }),
      'the schema is not a usable JSON Schema: it takes too long to read',
    ],
  ])('is an input failure where it %s', async (_, text, message) => {
    expect(await compileAnswerSchema(text, { ...BY, source: 'the schema' }, { compileMs: 50 })).toMatchObject(
      {
        ok: false,
        error: { type: 'input', message },
      },
    );
  });

  it.each([
    ['refers to itself without end', { $ref: '#' }, '1'],
    ['goes down with an answer', { items: { $ref: '#' } }, `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ])('cannot be checked where it %s', async (_, schema, text) => {
    const message = expect.stringContaining('nested too deeply');
    expect(await check(schema, text)).toMatchObject({ failure: { type: 'contract_violation', message } });
  });
});

/** A schema of a few lines whose check takes 2 to the power of `levels` steps. */
function doubling(levels: number): object {
  const twice = (level: number) => ({ allOf: [1, 2].map(() => ({ $ref: `#/$defs/d${level + 1}` })) });
  const entries = Array.from({ length: levels }, (_, level) => [`d${level}`, twice(level)]);
  return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(entries), [`d${levels}`]: { minimum: 0 } } };
}
