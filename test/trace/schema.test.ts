import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { TRACE_SCHEMA } from '../../src/trace/schema.js';
import { traceOf } from './documents.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const TOOLS = `agents: { worker: { preferred_tool: busy, preferred_model: haiku, fallback_chain: [calm] } }
tools:
  busy: { kind: mock, models: [haiku], responses: [{ failure: { type: provider_error, message: too many } }] }
  calm: { kind: mock, responses: [{ text: x, usage: { input_tokens: 3, output_tokens: 1 } }] }
`;

const validate = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(TRACE_SCHEMA);

function problemsOf(document: unknown) {
  validate(JSON.parse(JSON.stringify(document)));
  return validate.errors ?? [];
}

/** Every key of the schema is required and no other is allowed, so that one valid trace shows that both are the same. */
describe('the schema of traces', () => {
  const request = { agent: 'worker', tool: null, tags: { a: 'b' } };

  it('matches the committed file', () => {
    expect(JSON.parse(readFileSync('schema/trace.schema.json', 'utf8'))).toEqual(TRACE_SCHEMA);
  });

  it.each([{ logPrompts: true }, { logPrompts: false }])('fits a run with a fallback: %j', async (more) => {
    const document = await traceOf({ atMs: NOW, yaml: TOOLS, request, ...more });
    expect(document).toMatchObject({ status: 'succeeded', attempts: [{ tool: 'busy' }, { tool: 'calm' }] });
    expect(document.events).toMatchObject([{ type: 'fallback', attempt: 1, reason: 'provider_error' }]);
    expect(problemsOf(document)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('fits a run that is still going on after %d events', async (events) => {
    expect(problemsOf(await traceOf({ atMs: NOW, yaml: TOOLS, request, events }))).toEqual([]);
  });

  it('fits a run without a usable candidate', async () => {
    const unusable = { tool: 'claude-code', model: 'sonnet' };
    const document = await traceOf({
      atMs: NOW,
      request: unusable,
      yaml: 'tools: { claude-code: { binary: /none } }',
    });
    expect(document).toMatchObject({ status: 'failed', attempts: [] });
    expect(problemsOf(document)).toEqual([]);
  });

  it('names missing and unknown keys', async () => {
    const { id: _id, ...rest } = await traceOf({ atMs: NOW });
    expect(problemsOf(rest)).toHaveLength(1);
    expect(problemsOf({ ...(await traceOf({ atMs: NOW })), more: 1 })).toHaveLength(1);
  });
});
