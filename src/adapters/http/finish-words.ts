import type { FinishReason } from '../../domain/attempt.js';

/** Finish reasons of a complete answer. */
const ENDS = new Set([
  ...['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'end', 'done', 'normal', 'success'],
  ...['complete', 'completed', 'finish', 'finished', 'stopped_eos', 'stopped_word', 'stop_str', 'natural'],
]);

/** Parts of words; the first that matches decides. The list of every provider is longer than any that we could keep. */
const PARTS: readonly (readonly [RegExp, FinishReason])[] = [
  [
    /filter|safety|refus|moderat|toxic|sensitive|prohibit|block|recitation|spii|guardrail|polic(y|ies)|violat|harmful|inappropriate/,
    'content_filter',
  ],
  [
    /length|max_?\w*tokens|out_of_tokens|token_(limit|budget)|limit_?reached|context_(window|full|limit)|ctx_|error_limit|stopped_limit|^limit$|truncat/,
    'length',
  ],
  [/tool|function_call$/, 'tool_use'],
  [
    /abort|cancel|error|fail|interrupt|incomplete|partial|pause|time_?(out|limit)|network|disconnect|dropped|terminat|preempt|evict|expired|crash|exception|shut_?down/,
    'error',
  ],
  [
    /insufficient|overload|unavailable|exhausted|quota|rate_limit|out_of_memory|^oom$|system_resource|killed|repetition/,
    'error',
  ],
];

/** The meaning of a provider's finish reason; `unknown` for an unknown one. */
export function finishReasonOf(word: string): FinishReason {
  if (ENDS.has(word)) return 'stop';
  const known = word
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
    .replace(/^(finish|stop)_reason_(?!unspecified)/, '');
  if (ENDS.has(known)) return 'stop';
  if (/malformed|invalid|unexpected|missing|too_many_tool/.test(known)) return 'error';
  return PARTS.find(([part]) => part.test(known))?.[1] ?? 'unknown';
}
