import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOutputReader, type Reading } from '../../../src/adapters/command/output.js';
import { AS_WRITTEN } from '../../../src/config/keys/selectors.js';
import type { EventFilter, OutputGrammar, Selector } from '../../../src/config/types.js';
import { at, grammarOf } from './samples.js';

interface Given {
  stdout?: string | Uint8Array;
  stderr?: string;
  outputFile?: string;
  usageFile?: string;
  answerBytes?: number;
  watch?: EventFilter[];
  gather?: Selector[];
  /** Chunk size of stdout. */
  chunk?: number;
}

function read(grammar: Partial<OutputGrammar>, given: Given): Reading & { live: unknown[] } {
  const limits = {
    answerBytes: given.answerBytes ?? 1000,
    isPassedOn: false,
    lineBytes: 1000,
    watch: given.watch ?? [],
    gather: given.gather ?? [],
  };
  const reader = createOutputReader(grammarOf(grammar), limits);
  const bytes = Buffer.from(given.stdout ?? '');
  const size = given.chunk ?? Math.max(bytes.length, 1);
  const live: unknown[] = [];
  for (let i = 0; i < bytes.length; i += size)
    live.push(...reader.push('stdout', bytes.subarray(i, i + size)));
  live.push(...reader.push('stderr', Buffer.from(given.stderr ?? '')));
  const [outputFile, usageFile] = [given.outputFile, given.usageFile].map((text) =>
    text === undefined ? null : Buffer.from(text),
  );
  const reading = reader.finish({
    outputFile: outputFile ?? null,
    usageFile: usageFile ?? null,
    session: null,
  });
  return { ...reading, live: [...live, ...reading.late] };
}

function lines(...events: unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

describe('text', () => {
  it('is the whole of stdout, byte for byte, and live', () => {
    const { text, live, usage, warnings } = read({}, { stdout: '\n äö\t\0 answer\r\n\n' });
    expect(text).toBe('\n äö\t\0 answer\r\n\n');
    expect({ live, usage, warnings }).toEqual({ live: [{ type: 'delta', text }], usage: null, warnings: [] });
  });

  it('is assembled from chunks of any size, without colours', () => {
    const coloured = '\u001b[1;31mred\u001b[0m ä€😀 \u001b]8;;http://x\u0007link\u001b]8;;\u0007 end\u001b[K';
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), (chunk) => {
        const { text, live, warnings } = read({}, { stdout: coloured, chunk });
        expect(text).toBe('red ä€😀 link end');
        expect(live.map((event) => (event as { text: string }).text).join('')).toBe(text);
        expect(warnings).toEqual([]);
      }),
    );
  });

  it('replaces invalid UTF-8 with a warning', () => {
    const { text, warnings } = read({}, { stdout: Buffer.from([0x61, 0xff, 0x62, 0xc3]) });
    expect({ text, warnings: warnings.length }).toEqual({ text: 'a\uFFFDb\uFFFD', warnings: 1 });
    expect(read({}, { stdout: 'a\uFFFDb' }).warnings).toEqual([]);
  });

  it('may come from a file, and be selected by a regex', () => {
    expect(read({ from: 'output_file' }, { stdout: 'noise', outputFile: 'answer' }).text).toBe('answer');
    const text: Selector[] = [
      {
        kind: 'regex',
        regex: '^answer: (?<it>.*)$',
        from: 'stdout',
        group: 'it',
        take: 'last',
        numbers: AS_WRITTEN,
      },
    ];
    expect(read({ text }, { stdout: 'answer: 1\nanswer: 2\n' })).toMatchObject({ text: '2', live: [] });
  });

  it('is that of the next selector where the first finds an empty one', () => {
    const text = [at('/result'), at('/draft')];
    const said = (result: unknown) =>
      read({ format: 'json', text }, { stdout: JSON.stringify({ result, draft: 'hi' }) }).text;
    expect([said(''), said('yes'), said(null)]).toEqual(['hi', 'yes', 'hi']);
  });

  it('is too large above the cap', () => {
    expect(read({}, { stdout: 'x'.repeat(1000) }).overSize).toBe(false);
    expect(read({}, { stdout: 'x'.repeat(1001) }).live).toContainEqual({ type: 'over_size' });
    expect(read({}, { stderr: 'x'.repeat(5000), stdout: 'ok' }).live).not.toContainEqual({
      type: 'over_size',
    });
  });
});

describe('json', () => {
  const grammar: Partial<OutputGrammar> = {
    format: 'json',
    text: [at('/result')],
    success: { '/is_error': false },
    costUsd: [at('/total_cost_usd')],
    toolSessionId: [at('/session_id')],
    responseModel: [
      {
        kind: 'keys',
        pointer: '/modelUsage',
        from: 'stdout',
        event: null,
        take: 'first',
        numbers: AS_WRITTEN,
      },
    ],
    finishReason: [at('/stop_reason')],
    finishReasonMap: { end_turn: 'stop', max_tokens: 'length' },
    data: [at('/structured_output')],
    error: { message: [at('/result')], status: [at('/api_error_status')], code: [at('/terminal_reason')] },
  };
  const good = {
    is_error: false,
    result: 'hi',
    total_cost_usd: 0.0123,
    session_id: 's-1',
    stop_reason: 'end_turn',
    modelUsage: { 'm-1': { in: 1 }, 'm-2': { in: 2 } },
    structured_output: { n: [1] },
    api_error_status: null,
  };

  it('finds everything in one document, after a banner', () => {
    expect(
      read(grammar, { stdout: `\u001b[32mWelcome!\u001b[0m\n${JSON.stringify(good, null, 2)}\n` }),
    ).toMatchObject({
      text: 'hi',
      costMicroUsd: 12_300,
      toolSessionId: 's-1',
      responseModel: 'm-1',
      finishReason: 'stop',
      data: { n: [1] },
      error: { message: null, status: null, code: null },
      parsed: true,
      successOk: true,
    });
  });

  it('separates error text from the answer', () => {
    const stdout = JSON.stringify({
      is_error: true,
      result: 'Rate limited',
      api_error_status: 429,
      terminal_reason: 'api_error',
    });
    expect(read(grammar, { stdout })).toMatchObject({
      successOk: false,
      error: { message: 'Rate limited', status: 429, code: 'api_error' },
      finishReason: 'unknown',
    });
  });

  it('reads an array as events', () => {
    const stdout = JSON.stringify([{ type: 'init' }, { is_error: false, result: 'hi' }]);
    expect(read(grammar, { stdout })).toMatchObject({ text: 'hi', successOk: true });
  });

  it('reads the last JSON value of standard error', () => {
    const error = {
      message: [at('/error/message', { from: 'stderr' as const })],
      status: [at('/error/code', { from: 'stderr' as const })],
      code: [],
    };
    const stderr = `Ripgrep is not available\n{"error":{"message":"old"}}\n${JSON.stringify({ error: { message: 'quota', code: 429 } }, null, 2)}\nbye\n`;
    expect(read({ ...grammar, error }, { stderr, watch: [] })).toMatchObject({
      error: { message: 'quota', status: 429 },
      parsed: true,
      text: '',
    });
  });

  it('distinguishes half a document from none', () => {
    expect(read(grammar, { stdout: '{"result": "hi' })).toMatchObject({ parsed: false, text: '' });
    expect(read(grammar, { stdout: ' \n' })).toMatchObject({ parsed: true, text: '' });
  });

  it('shows watched filters', () => {
    const [hit, miss] = [{ '/api_error_status': 429 }, { '/api_error_status': 500 }];
    const reading = read(grammar, { stdout: '{"api_error_status":429}', watch: [hit, miss] });
    expect([reading.saw(hit), reading.saw(miss)]).toEqual([true, false]);
  });
});

describe('what a tool has done', () => {
  const edited = [
    { type: 'activity', name: 'edit', changedFile: false },
    { type: 'activity', name: 'a.ts', changedFile: true },
    { type: 'activity', name: 'b.ts', changedFile: true },
  ];

  it('is read out of one JSON value too, at its end', () => {
    const grammar = { format: 'json', activity: [at('/steps/*')], changedFiles: [at('/files/*')] } as const;
    const stdout = JSON.stringify({ steps: ['edit'], files: ['a.ts', 'b.ts'] });
    expect(read(grammar, { stdout }).live).toEqual(edited);
  });

  it('is read out of standard error, written files and lines that are no events', () => {
    const found = (regex: string, from: Selector['from']): Selector => {
      return { kind: 'regex', regex, from, group: null, take: 'last', numbers: AS_WRITTEN };
    };
    const [step, , file] = edited;
    const changedFiles = [at('/files/*', { from: 'usage_file' })];
    const onStderr = { activity: [found('^> (.+)$', 'stderr')], changedFiles };
    const given = { stderr: '> edit\n', usageFile: '{"files":["b.ts"]}' };
    expect(read(onStderr, given).live).toEqual([step, file]);
    const onStdout = { format: 'ndjson', activity: [found('^> (.+)$', 'stdout')] } as const;
    expect(read(onStdout, { stdout: '> edit\n{"a":1}\n' }).live).toEqual([step]);
  });

  it('is read out of plain text by regular expressions', () => {
    const found = (regex: string): Selector => ({
      kind: 'regex',
      regex,
      from: 'stdout',
      group: null,
      take: 'last',
      numbers: AS_WRITTEN,
    });
    const grammar = { activity: [found('^(edit)ed')], changedFiles: [found('^edited (.*)$')] };
    const { live } = read(grammar, { stdout: 'edited a.ts\nedited b.ts\ndone\n' });
    expect(live.slice(1)).toEqual([edited[0], edited[0], ...edited.slice(1)]);
  });
});

it('of an answer that is written again only the second text counts', () => {
  const grammar = {
    format: 'ndjson' as const,
    text: [at('/text', { take: 'concat' })],
    restart: { '/type': 'retry' },
  };
  const stdout = lines({ text: 'a dra' }, { type: 'retry' }, { text: 'the ' }, { text: 'answer' });
  expect(read(grammar, { stdout }).text).toBe('the answer');
});

describe('numbers', () => {
  const usage = (selector: Selector) => ({
    format: 'json' as const,
    usage: { ...grammarOf().usage, outputTokens: [selector] },
  });
  const less = (...minus: Selector[]) => at('/total', { numbers: { ...AS_WRITTEN, minus } });

  it.each([
    [{ total: 302, in: 222, out: 66 }, 14],
    [{ total: 302, in: 222 }, undefined],
  ])('of %j less what is taken off are %s', (value, tokens) => {
    const grammar = usage(less(at('/in'), at('/out')));
    expect(read(grammar, { stdout: JSON.stringify(value) }).usage?.outputTokens).toBe(tokens);
  });

  it.each([
    [0, null],
    [0.5, 500_000],
  ])('a cost of %s counts as %s where a zero says nothing', (cost, micro) => {
    const costUsd = [at('/cost', { numbers: { ...AS_WRITTEN, isZeroUnknown: true } })];
    expect(read({ format: 'json', costUsd }, { stdout: JSON.stringify({ cost }) }).costMicroUsd).toBe(micro);
  });
});

describe('ndjson', () => {
  const grammar: Partial<OutputGrammar> = {
    format: 'ndjson',
    text: [at('/part', { event: { '/type': 'text' }, after: { '/type': 'start' }, take: 'concat' })],
    deltas: [at('/part', { event: { '/type': 'text' } })],
    activity: [at('/content/*/name', { event: { '/type': 'tool' } })],
    end: { '/type': 'finish', '/reason': 'stop' },
    error: { message: [at('/message', { event: { '/type': 'error' } })], status: [], code: [] },
  };
  const stdout = lines(
    { type: 'start' },
    { type: 'text', part: 'thinking aloud' },
    { type: 'tool', content: [{ name: 'bash' }, { text: 'x' }, { name: 'read' }] },
    { type: 'start' },
    { type: 'text', part: 'the ' },
    { type: 'text', part: 'answer' },
    { type: 'finish', reason: 'stop' },
  );

  it('gives live text and activity, and the text after the last start event', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (chunk) => {
        const reading = read(grammar, { stdout: `not JSON\n42\n\n${stdout}`, chunk });
        expect(reading).toMatchObject({ text: 'the answer', sawEnd: true, parsed: true });
        expect(reading.live).toEqual([
          { type: 'delta', text: 'thinking aloud' },
          { type: 'activity', name: 'bash', changedFile: false },
          { type: 'activity', name: 'read', changedFile: false },
          { type: 'delta', text: 'the ' },
          { type: 'delta', text: 'answer' },
        ]);
      }),
    );
  });

  it('reads a last line without a line feed, and detects a cut one', () => {
    expect(read(grammar, { stdout: stdout.trimEnd() }).sawEnd).toBe(true);
    expect(read(grammar, { stdout: stdout.slice(0, -5) })).toMatchObject({
      sawEnd: false,
      text: 'the answer',
    });
    expect(read(grammar, { stdout: lines({ type: 'text', part: 'x' }).trimEnd() }).live).toEqual([
      { type: 'delta', text: 'x' },
    ]);
  });

  it('is unparsed when no line is an event', () => {
    expect(read(grammar, { stdout: 'error: bad flag\n' })).toMatchObject({ parsed: false, sawEnd: false });
  });

  it('bounds lines and answers', () => {
    expect(read(grammar, { stdout: `{"x":"${'x'.repeat(2000)}`, chunk: 100 }).live).toContainEqual({
      type: 'over_size',
    });
    const events = lines(...Array.from({ length: 30 }, () => ({ type: 'text', part: 'x'.repeat(50) })));
    expect(read(grammar, { stdout: events }).live).toContainEqual({ type: 'over_size' });
  });

  it.each([
    ['first', '1'],
    ['last', '3'],
    ['concat', '123'],
    ['sum', '6'],
    ['max', '3'],
  ] as const)('takes the %s', (take, text) => {
    const events = lines({ n: 1 }, { n: null }, { n: '2' }, { m: 9 }, { n: 3 }, { n: null });
    expect(read({ format: 'ndjson', text: [at('/n', { take })] }, { stdout: events }).text).toBe(text);
  });

  it('applies regexes to lines of streams, and to files as a whole', () => {
    const status: Selector[] = [
      {
        kind: 'regex',
        regex: '^\\{"type":"failed".*status (?<s>\\d{3})',
        from: 'stdout',
        group: 's',
        take: 'last',
        numbers: AS_WRITTEN,
      },
    ];
    const text: Selector[] = [
      {
        kind: 'regex',
        regex: '[\\s\\S]+',
        from: 'output_file',
        group: null,
        take: 'first',
        numbers: AS_WRITTEN,
      },
    ];
    const events = lines({ type: 'warn', message: 'status 500' }, { type: 'failed', message: 'status 429' });
    const error = { message: [], status, code: [] };
    expect(read({ format: 'ndjson', text, error }, { stdout: events, outputFile: 'a\nb\n' })).toMatchObject({
      text: 'a\nb\n',
      error: { status: 429 },
    });
  });
});

it.each([
  ['1,234.5', 1_234_500_000],
  ['0.02', 20_000],
  ['12', 12_000_000],
  // With a decimal comma: hundred times as much would be a wrong cost.
  ['0,02', null],
  ['0,023', null],
  ['1,5', null],
])('a cost of `%s` is %j micro-USD', (cost, microUsd) => {
  const grammar = { format: 'json' as const, costUsd: [at('/cost')] };
  expect(read(grammar, { stdout: JSON.stringify({ cost }) }).costMicroUsd).toBe(microUsd);
});

it('names and ids that are absurdly long are unknown', () => {
  const stdout = JSON.stringify({ id: 's'.repeat(2000), model: 'm'.repeat(2000) });
  const grammar = { format: 'json' as const, toolSessionId: [at('/id')], responseModel: [at('/model')] };
  expect(read(grammar, { stdout })).toMatchObject({ toolSessionId: null, responseModel: null });
});

describe('usage', () => {
  const events = lines({ in: 100, read: 60, write: 10, out: 20, think: 5 }, { in: 1, out: '1,000' });
  const usage = {
    ...grammarOf().usage,
    inputTokens: [at('/in', { take: 'sum' })],
    cacheReadTokens: [at('/read')],
    cacheWriteTokens: [at('/write')],
    outputTokens: [at('/out', { take: 'sum' })],
    reasoningTokens: [at('/think')],
  };

  it.each([
    [false, true, 101, 1020],
    [true, true, 31, 1020],
    [false, false, 101, 1025],
  ])(
    'with input_includes_cache %j, output_includes_reasoning %j',
    (cache, reasoning, inputTokens, outputTokens) => {
      const shown = { ...usage, inputIncludesCache: cache, outputIncludesReasoning: reasoning };
      expect(read({ format: 'ndjson', usage: shown }, { stdout: events }).usage).toEqual({
        inputTokens,
        cacheReadTokens: 60,
        cacheWriteTokens: 10,
        cacheWrite1hTokens: null,
        outputTokens,
        reasoningTokens: 5,
      });
    },
  );

  it('adds lists of selectors up, wildcards included', () => {
    const outputTokens = [
      at('/models/*/candidates', { take: 'sum' }),
      at('/models/*/thoughts', { take: 'sum' }),
    ];
    const stdout = '{"models":{"a":{"candidates":1,"thoughts":2},"b":{"candidates":3}}}';
    expect(read({ format: 'json', usage: { ...usage, outputTokens } }, { stdout }).usage).toMatchObject({
      outputTokens: 6,
      inputTokens: null,
    });
  });

  it('has no count and no cost of which a part is negative', () => {
    const stdout = lines({ in: 100, out: 20, usd: 3 }, { in: -99, out: 1, usd: -2.99 }, { in: 50, usd: 1 });
    const costUsd = [at('/usd', { take: 'sum' })];
    expect(read({ format: 'ndjson', usage, costUsd }, { stdout })).toMatchObject({
      usage: { inputTokens: null, outputTokens: 21 },
      costMicroUsd: null,
    });
    const parts = { costUsd: [at('/a'), at('/b')] };
    expect(read({ format: 'json', ...parts }, { stdout: '{"a":3,"b":-2.99}' }).costMicroUsd).toBeNull();
    expect(read({ format: 'json', ...parts }, { stdout: '{"a":3,"b":0.5}' }).costMicroUsd).toBe(3_500_000);
  });

  it('is null when nothing was reported, and may come from a file or from standard error', () => {
    expect(read({ format: 'ndjson', usage }, { stdout: lines({ type: 'x' }) }).usage).toBeNull();
    const fromFile = { ...usage, inputTokens: [at('/tokens/in', { from: 'usage_file' as const })] };
    expect(read({ usage: fromFile }, { stdout: 'hi', usageFile: '{"tokens":{"in":7}}' }).usage).toMatchObject(
      { inputTokens: 7 },
    );
    const regex: Selector = {
      kind: 'regex',
      regex: '(?:^|\\n)eval count:\\s+(?<n>\\d+)',
      from: 'stderr',
      group: 'n',
      take: 'last',
      numbers: AS_WRITTEN,
    };
    const fromStderr = { ...usage, outputTokens: [regex] };
    const stderr = 'prompt eval count:  11 token(s)\neval count:    26 token(s)\n';
    expect(read({ usage: fromStderr }, { stdout: 'hi', stderr }).usage).toMatchObject({ outputTokens: 26 });
  });
});

describe('whether a tool may have changed something', () => {
  const noActivity: EventFilter[] = [{ '/type': '/^(start|error)$/' }];
  const [start, step] = [{ type: 'start' }, { type: 'step' }];
  it.each<[string, Partial<OutputGrammar>, Given, boolean]>([
    ['no output', {}, {}, false],
    ['an answer', {}, { stdout: 'done' }, true],
    ['white space', {}, { stdout: ' \n' }, false],
    ['words on standard error', {}, { stderr: 'editing' }, true],
    ['no output of a tool that prints at its end', { atExit: true }, {}, true],
    ['an event', { format: 'ndjson' }, { stdout: lines(start) }, true],
    ['only events that show no work', { format: 'ndjson', noActivity }, { stdout: lines(start) }, false],
    ['an event that shows work', { format: 'ndjson', noActivity }, { stdout: lines(start, step) }, true],
    ['a note beside events', { format: 'ndjson', noActivity }, { stdout: lines(start), stderr: 'x' }, false],
    ['a line that is no event', { format: 'ndjson', noActivity }, { stdout: 'x\n' }, true],
    ['a document', { format: 'json' }, { stdout: '{"a":1}' }, true],
    ['a document that shows no work', { format: 'json', noActivity }, { stdout: '{"type":"error"}' }, false],
    ['half a document', { format: 'json', noActivity }, { stdout: '{"type":"err' }, true],
  ])('%s', (_, grammar, given, worked) => {
    expect(read(grammar, given).worked).toBe(worked);
  });
});

it('keeps standard error without colours', () => {
  expect(read({}, { stderr: '\u001b[31mred\u001b[0m\n' }).stderr).toBe('red\n');
});
