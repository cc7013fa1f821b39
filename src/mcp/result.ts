import { visibleLines } from '../diagnostics/visible.js';
import { failureDocument } from '../domain/document.js';
import type { Failure } from '../domain/failure.js';
import type { ToolAnswer } from './tool.js';

/** The result of a call as the protocol has it. Texts may reach a terminal; what is for programs stays as it is. */
export function resultOf({ texts, data, isError = false }: ToolAnswer) {
  return {
    content: texts.map((text) => ({ type: 'text' as const, text: visibleLines(text) })),
    structuredContent: { ...data },
    isError,
  };
}

/** A call that failed before anything ran. */
export function failedAnswer(failed: Failure, more: Readonly<Record<string, unknown>> = {}): ToolAnswer {
  return {
    texts: [failureText(failed)],
    data: { ...more, failure: failureDocument(failed) },
    isError: true,
  };
}

/** A failure in words: what happened, and what to do. */
export function failureText({
  type,
  message,
  hint,
}: {
  type: string;
  message: string;
  hint?: string | null | undefined;
}): string {
  const head = `Failed (${type}): ${message}`;
  return hint === null || hint === undefined ? head : `${head}\nWhat to do: ${hint}`;
}
