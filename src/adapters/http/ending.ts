import { finishReasonOf } from './finish-words.js';
import type { Answer } from './wire.js';

/** Completes an answer with the provider's word for its end; `reason`: what it says about a refusal. */
export function endAnswer(answer: Answer, word: string, reason: string | null = null): void {
  answer.ended = true;
  answer.finishWord = word;
  answer.finishReason = finishReasonOf(word);
  if (answer.finishReason === 'content_filter') answer.refusal ??= reason ?? '';
}
