import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judge } from '../../../src/adapters/command/failure-rules.js';
import { createOutputReader, MAX_LINE_BYTES } from '../../../src/adapters/command/output.js';
import { builtInLayer } from '../../../src/catalog/catalog.js';
import { loadConfig } from '../../../src/config/load.js';
import type { CommandTool } from '../../../src/config/types.js';
import type { Usage } from '../../../src/domain/usage.js';

const FOLDER = 'test/fixtures/captures';

/** The recordings that were made with the output format which the built-in definition of a tool asks for. */
const RECORDED = [
  { tool: 'claude-code', folder: 'claude', format: 'stream-json' },
  { tool: 'codex', folder: 'codex', format: 'json' },
  { tool: 'gemini', folder: 'gemini', format: 'json' },
  { tool: 'opencode', folder: 'opencode', format: 'json' },
];

/** Values that no output of a run holds, or that the built-in definition does not ask for on purpose. */
const NOT_ASKED = {
  'claude router-input-stream-json': ['finish_reason'],
  'claude stream-json': ['cache_write_1h_tokens'],
  'claude stream-json-partial': ['cache_write_1h_tokens'],
};

interface Expected {
  format: string;
  text: string;
  usage: Record<string, number | null> | null;
  cost_usd: number | null;
  tool_session_id: string | null;
  response_model: string | null;
  finish_reason: string;
  failure: { type: string; http_status?: number | null; message_contains?: string | null } | null;
  deltas?: string[];
  accept?: Record<string, unknown[]>;
}

interface Recorded {
  stdout: string;
  stderr: string;
  exit_code: number | null;
  signal: string | null;
}

const TOOLS = loadConfig({ sources: [], builtIn: builtInLayer(), home: '/home/me' }).config?.tools ?? {};

describe.each(RECORDED)('the built-in definition of $tool', ({ tool, folder, format }) => {
  const expected = readJson<Record<string, Expected>>(join(FOLDER, `${folder}.expected.json`));
  const cases = Object.entries(expected).filter(([, { format: recorded }]) => recorded === format);

  it.each(cases)('reads the recorded run %s', (name, wanted) => {
    const recorded = readJson<Recorded>(join(FOLDER, folder, `${name}.json`));
    const seen = readRun(TOOLS[tool] as CommandTool, recorded);
    const left = differences(seen, wanted).filter((key) => !notAsked(`${folder} ${name}`).includes(key));
    expect(left.map((key) => `${key}: ${JSON.stringify(seen[key])}`)).toEqual([]);
  });

  it('knows every recording', () => {
    const names = readdirSync(join(FOLDER, folder)).map((file) => file.replace('.json', ''));
    expect(Object.keys(expected).sort()).toEqual(names.sort());
  });
});

function readRun(tool: CommandTool, run: Recorded): Record<string, unknown> {
  const watch = tool.failures.flatMap(({ when }) => (when.pointer === null ? [] : [when.pointer]));
  const limits = { answerBytes: tool.maxOutputBytes, lineBytes: MAX_LINE_BYTES, watch };
  const reader = createOutputReader(tool.output, limits);
  const live = reader.push('stdout', Buffer.from(run.stdout));
  reader.push('stderr', Buffer.from(run.stderr));
  const reading = reader.finish({ outputFile: null, usageFile: null });
  const failed = judge({ tool, model: null, exitCode: run.exit_code, signal: run.signal, reading });
  return {
    text: reading.text,
    ...usageOf(reading.usage),
    cost_usd: reading.costMicroUsd === null ? null : reading.costMicroUsd / 1_000_000,
    tool_session_id: reading.toolSessionId,
    response_model: reading.responseModel,
    finish_reason: failed === null ? reading.finishReason : 'error',
    'failure.type': failed?.type ?? null,
    'failure.http_status': failed?.httpStatus ?? null,
    message: failed?.message ?? null,
    deltas: live.flatMap((event) => (event.type === 'delta' ? [event.text] : [])),
  };
}

function usageOf(usage: Usage | null): Record<string, unknown> {
  return {
    usage: usage !== null,
    input_tokens: usage?.inputTokens ?? null,
    cache_read_tokens: usage?.cacheReadTokens ?? null,
    cache_write_tokens: usage?.cacheWriteTokens ?? null,
    cache_write_1h_tokens: usage?.cacheWrite1hTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    reasoning_tokens: usage?.reasoningTokens ?? null,
  };
}

/** The keys in which a reading differs from what was expected and from everything that is as right. */
function differences(seen: Record<string, unknown>, { accept = {}, failure, ...wanted }: Expected): string[] {
  const flat: Record<string, unknown> = {
    ...wanted,
    ...(wanted.usage ?? {}),
    usage: wanted.usage !== null,
    'failure.type': failure?.type ?? null,
    'failure.http_status': failure?.http_status ?? null,
    message: seen.message,
    deltas: wanted.deltas ?? seen.deltas,
  };
  const isMessageLost = !String(seen.message).includes(failure?.message_contains ?? '');
  const others = Object.keys(seen).filter((key) => {
    const isAccepted = (accept[key] ?? []).some((other) => isSame(other, seen[key]));
    const isOpen = accept.usage !== undefined && key in usageOf(null);
    return !isSame(seen[key] ?? null, flat[key] ?? null) && !isAccepted && !isOpen;
  });
  return isMessageLost ? [...others, 'message'] : others;
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < 1e-6;
  return JSON.stringify(one) === JSON.stringify(other);
}

function notAsked(name: string): string[] {
  return Object.entries(NOT_ASKED).find(([each]) => each === name)?.[1] ?? [];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
