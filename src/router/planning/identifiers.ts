import { visibleWhole } from '../../diagnostics/visible.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { Request } from '../../domain/request.js';

/** An identifier with more characters is a text, and would be kept in every row of the ledger. */
const MAX_CHARS = 1024;
/** Tags of one request. */
const MAX_TAGS = 64;

/**
 * Why the identifiers of a request are refused; `null`: they can be kept. They stand in reports, logs and spreadsheets long after, where
 * control characters and invisible ones would control a terminal or make two names look like one.
 */
export function identifierTrouble(
  request: Pick<Request, 'session' | 'sourceAgent' | 'traceId' | 'model' | 'tags'>,
): Failure | null {
  const tags = Object.entries(request.tags);
  if (tags.length > MAX_TAGS) return failure('usage', `a request has at most ${MAX_TAGS} tags`);
  const named: [what: string, text: string | null][] = [
    ['the session', request.session],
    ['the source agent', request.sourceAgent],
    ['the trace id', request.traceId],
    ['the model', request.model],
    ...tags.flatMap(([key, value]): [string, string][] => [
      ['the key of a tag', key],
      ['a tag', value],
    ]),
  ];
  for (const [what, text] of named) {
    const trouble = text === null ? null : troubleOf(text);
    if (trouble !== null)
      return failure('usage', `${what} ${trouble}`, { hint: 'give letters, digits and marks' });
  }
  return null;
}

function troubleOf(text: string): string | null {
  if (text.length > MAX_CHARS) return `is longer than ${MAX_CHARS} characters`;
  const shown = visibleWhole(text);
  return shown === text ? null : `holds control characters or invisible ones: \`${shown}\``;
}
