import type { FinishReason } from '../../domain/attempt.js';
import type { FailureType } from '../../domain/failure.js';
import { child, entriesOf, isTree, itemsOf, record } from '../tree.js';
import type {
  EventFilter,
  FailureRule,
  OutputGrammar,
  OutputSource,
  Selector,
  Selectors,
  Take,
  TimeMention,
} from '../types.js';
import type { Reader } from './reader.js';

/** `output` of a command tool; without one the whole of stdout is the answer. */
export function resolveOutput(tool: Reader): OutputGrammar {
  const from = mainSource(tool);
  const select = (key: string) => selectors(tool.raw(`output.${key}`), from);
  return {
    format: (tool.text('output.format') ?? 'text') as OutputGrammar['format'],
    from,
    text: select('text'),
    deltas: select('deltas'),
    activity: select('activity'),
    changedFiles: select('changed_files'),
    success: filter(tool.raw('output.success')),
    end: filter(tool.raw('output.end')),
    usage: {
      inputTokens: select('usage.input_tokens'),
      cacheReadTokens: select('usage.cache_read_tokens'),
      cacheWriteTokens: select('usage.cache_write_tokens'),
      cacheWrite1hTokens: select('usage.cache_write_1h_tokens'),
      outputTokens: select('usage.output_tokens'),
      reasoningTokens: select('usage.reasoning_tokens'),
      inputIncludesCache: tool.flag('output.usage.input_includes_cache') ?? false,
      outputIncludesReasoning: tool.flag('output.usage.output_includes_reasoning') ?? false,
      cumulative: tool.text('output.usage.cumulative') === 'session',
    },
    costUsd: select('cost_usd'),
    toolSessionId: select('tool_session_id'),
    responseModel: select('response_model'),
    finishReason: select(hasMap(tool) ? 'finish_reason.select' : 'finish_reason'),
    finishReasonMap: record(
      tool.textMap('output.finish_reason.map').map(([word, reason]) => [word, reason.value as FinishReason]),
    ),
    data: select('data'),
    error: { message: select('error.message'), status: select('error.status'), code: select('error.code') },
    atExit: tool.flag('output.at_exit') ?? false,
  };
}

/** `failures` of a command tool, in order. */
export function resolveFailures(tool: Reader): FailureRule[] {
  const from = mainSource(tool);
  return tool.items('failures').map((rule) => ({
    type: rule.text('type') as FailureType,
    when: {
      exitCodes: rule.numbers('when.exit_code'),
      signal: rule.text('when.signal'),
      status: rule.numbers('when.status'),
      code: rule.texts('when.code')?.map((code) => code.value) ?? null,
      error: rule.text('when.error'),
      stderr: rule.text('when.stderr'),
      pointer: filter(rule.raw('when.pointer')),
    },
    resetAt: timeMention(rule.raw('reset_at'), from),
    retryAfter: timeMention(rule.raw('retry_after'), from),
    cools: rule.text('cools') === 'tool' ? 'tool' : 'model',
    hint: rule.text('hint'),
  }));
}

/** A text that starts with `/` is a pointer, any other a regex. */
function timeMention(value: unknown, from: OutputSource): TimeMention | null {
  if (value === undefined) return null;
  const isRegex = typeof value === 'string' && !value.startsWith('/');
  return isRegex ? { kind: 'words', regex: value } : { kind: 'selected', selectors: selectors(value, from) };
}

function mainSource(tool: Reader): OutputSource {
  return (tool.text('output.from') ?? 'stdout') as OutputSource;
}

function hasMap(tool: Reader): boolean {
  return child(tool.raw('output.finish_reason'), 'select') !== undefined;
}

function selectors(value: unknown, from: OutputSource): Selectors {
  return itemsOf(value).flatMap(({ item }) => selector(item, from) ?? []);
}

function selector(value: unknown, from: OutputSource): Selector | null {
  if (typeof value === 'string') {
    return { kind: 'pointer', pointer: value, from, event: null, after: null, take: 'last' };
  }
  const texts = (key: string) => textOf(child(value, key));
  const common = {
    from: (texts('from') ?? from) as OutputSource,
    take: (texts('take') ?? 'last') as Take,
  };
  const [pointer, keys, regex] = [texts('pointer'), texts('keys'), texts('regex')];
  const event = filter(child(value, 'event'));
  if (pointer !== null)
    return { kind: 'pointer', pointer, event, after: filter(child(value, 'after')), ...common };
  if (keys !== null) return { kind: 'keys', pointer: keys, event, ...common };
  return regex === null ? null : { kind: 'regex', regex, group: texts('group'), ...common };
}

function filter(value: unknown): EventFilter | null {
  return isTree(value) ? (Object.fromEntries(entriesOf(value)) as EventFilter) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
