import { describe, expect, it } from '@jest/globals';
import { ERRORS, events } from './outputs.js';
import { replay, withReplays } from './replay.js';

withReplays();

describe('the error of a tool is of its type', () => {
  it.each([
    ['gemini', 'terminated', 'connection'],
    ['gemini', 'the plan was terminated by the user', 'provider_error'],
    ['qwen-code', '[API Error: terminated (cause: UND_ERR_SOCKET: other side closed)]', 'connection'],
    ['qwen-code', '[API Error: 400 bad thing]', 'invalid_request'],
    ['qwen-code', '[API Error: Model stream ended with empty response text.]', 'invalid_response'],
    [
      'qwen-code',
      'Model produced plain text instead of calling the structured_output tool as required',
      'contract_violation',
    ],
    ['copilot', 'Last error: error decoding response body: unexpected EOF', 'connection'],
    ['copilot', 'Could not connect to local model provider at http://127.0.0.1:1/v1', 'connection'],
    ['copilot', 'No response was returned by the model', 'invalid_response'],
  ])('%s: %s', async (tool, words, type) => {
    const { outcome } = await replay(tool, ERRORS[tool]?.(words) ?? {});
    expect(outcome.failure).toMatchObject({ type, tool });
  });
});

it('a schema that claude-code gives up is a broken contract', async () => {
  const result = {
    type: 'result',
    subtype: 'error_max_structured_output_retries',
    is_error: true,
    terminal_reason: 'structured_output_retry_exhausted',
    errors: ['no answer kept to the schema'],
  };
  const { outcome } = await replay('claude-code', { ...events(result), exitCode: 1 });
  expect(outcome.failure).toMatchObject({ type: 'contract_violation' });
});

describe('what a tool has done is read', () => {
  const edit = (name: string, file: string) => [
    { type: 'activity', name, changedFile: false },
    { type: 'activity', name: file, changedFile: true },
  ];

  it('of qwen-code while it works, so that a failure knows it', async () => {
    const use = { type: 'tool_use', id: 'c', name: 'edit', input: { file_path: '/w/a.ts' } };
    const broken = ERRORS['qwen-code']?.('[API Error: 500 oh]').stdout ?? '';
    const stdout = events({ type: 'assistant', message: { content: [use] } }).stdout + broken;
    const replayed = await replay('qwen-code', { stdout, exitCode: 1 });
    expect(replayed.events).toEqual(edit('edit', '/w/a.ts'));
    expect(replayed.outcome.failure?.type).toBe('provider_error');
  });

  it('of copilot, with the files', async () => {
    const { events: seen } = await replay(
      'copilot',
      events(
        { type: 'tool.execution_start', data: { toolName: 'create' } },
        { type: 'tool.execution_complete', data: { fileEdits: [{ path: '/w/a.ts', kind: 'create' }] } },
      ),
    );
    expect(seen).toEqual(edit('create', '/w/a.ts'));
  });

  it('of gemini, at its end', async () => {
    const stats = { tools: { byName: { write_file: { count: 1 }, read_file: { count: 2 } } } };
    const { events: seen } = await replay('gemini', { stdout: JSON.stringify({ response: 'done', stats }) });
    expect(seen.map((event) => event.type === 'activity' && event.name)).toEqual(['write_file', 'read_file']);
  });
});

describe('an answer that is written again', () => {
  it.each([
    [
      'claude-code',
      (text: string) => ({
        type: 'stream_event',
        parent_tool_use_id: null,
        event: { delta: { type: 'text_delta', text } },
      }),
      { type: 'system', subtype: 'api_retry' },
    ],
    [
      'copilot',
      (deltaContent: string) => ({ type: 'assistant.message_delta', data: { deltaContent } }),
      { type: 'assistant.turn_retry' },
    ],
  ])('by %s after a lost connection is announced', async (tool, delta, retry) => {
    const replayed = await replay(tool, events(delta('For'), retry, delta('Forty-'), delta('two')));
    expect(replayed.events).toEqual([
      { type: 'delta', text: 'For' },
      { type: 'restart' },
      { type: 'delta', text: 'Forty-' },
      { type: 'delta', text: 'two' },
    ]);
  });
});

describe('the wait of claude-code', () => {
  const retry = events({ type: 'system', subtype: 'api_retry', retry_delay_ms: 8436 }).stdout ?? '';
  const limited = (words: string) => ({
    stdout: retry + (ERRORS['claude-code']?.(words).stdout ?? ''),
    exitCode: 1,
  });

  it.each([
    ['API Error: Request rejected (429) · Rate limit reached, slow down', 8436],
    ['API Error: Rate limit reached. Please try again in 2 minutes.', 120_000],
  ])('is that before its own retry, unless the message names one: %s', async (words, retryAfterMs) => {
    const { outcome } = await replay('claude-code', limited(words));
    expect(outcome.failure).toMatchObject({ type: 'rate_limit', retryAfterMs });
  });
});

it('the zero that opencode writes for a model without a price is no cost', async () => {
  const step = (cost: number) =>
    events(
      { type: 'text', part: { text: 'hi' } },
      { type: 'step_finish', part: { reason: 'stop', cost, tokens: { input: 1, output: 1 } } },
    );
  expect((await replay('opencode', step(0))).outcome.reportedCostMicroUsd).toBeNull();
  expect((await replay('opencode', step(0.25))).outcome.reportedCostMicroUsd).toBe(250_000);
});
