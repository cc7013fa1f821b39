import { describe, expect, it } from '@jest/globals';
import { eachInItsFolder, run } from './command/runs.js';
import { at, grammarOf } from './command/samples.js';

eachInItsFolder();

describe('an answer', () => {
  it('comes in small pieces, and a slow reader does not count as silence of the tool', async () => {
    const output = grammarOf({
      format: 'ndjson',
      text: [at('/text', { take: 'concat' })],
      deltas: [at('/text')],
      end: { '/type': 'end' },
      usage: { ...grammarOf().usage, inputTokens: [at('/usage/in')], outputTokens: [at('/usage/out')] },
    });
    const slowReader = () => new Promise((resume) => setTimeout(resume, 350));
    const { outcome, events } = await run({
      agent: 'drips',
      tool: { output },
      task: { idleTimeoutMs: 300 },
      onEvent: slowReader,
    });
    expect(outcome).toMatchObject({
      failure: null,
      text: 'drop 1 drop 2 drop 3 drop 4 drop 5 ',
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    expect(events.filter(({ type }) => type === 'delta')).toHaveLength(5);
  });

  it('of one huge line is accepted below the cap, and refused above it', async () => {
    const output = grammarOf({ format: 'ndjson', text: [at('/text')] });
    expect(
      (await run({ agent: 'prints-huge-line', args: ['15'], tool: { output } })).outcome.text,
    ).toHaveLength(15 * 1024 ** 2);
    const { outcome } = await run({ agent: 'prints-huge-line', args: ['40'], tool: { output } });
    expect(outcome.failure).toMatchObject({ type: 'invalid_response', tool: 'prints-huge-line' });
  });
});
