import type { FinishReason } from '../../domain/attempt.js';

/** Finish reasons of a complete answer. */
const ENDS = new Set([
  ...['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'end', 'done', 'normal', 'success'],
  ...['complete', 'completed', 'finish', 'finished'],
]);

/** Parts of words; the first that matches decides. The list of every provider is longer than any that we could keep. */
const PARTS: readonly (readonly [RegExp, FinishReason])[] = [
  [
    /filter|safety|refus|moderat|toxic|sensitive|prohibit|blocklist|recitation|spii|guardrail|polic(y|ies)/,
    'content_filter',
  ],
  [/length|max_?\w*tokens|token_?limit|limit_?reached|context_window|error_limit|truncat/, 'length'],
  [/tool|function_call$/, 'tool_use'],
  [
    /abort|cancel|error|fail|interrupt|incomplete|pause|timeout|network|disconnect|malformed|invalid/,
    'error',
  ],
  [/insufficient|overload|unavailable|exhausted|system_resource|killed|repetition/, 'error'],
];

/** The meaning of a provider's finish reason; `unknown` for an unknown one. */
export function finishReasonOf(word: string): FinishReason {
  const known = word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (ENDS.has(known)) return 'stop';
  if (/malformed|invalid|unexpected|missing|too_many_tool/.test(known)) return 'error';
  return PARTS.find(([part]) => part.test(known))?.[1] ?? 'unknown';
}
