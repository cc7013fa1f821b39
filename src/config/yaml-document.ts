import { Composer, CST, type Document, Lexer, Parser, visit, type YAMLError } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Positions, Span } from './positions.js';
import { depthFinding, MAX_DEPTH, sentence, syntaxFinding } from './syntax.js';

const MAX_INDENTATION = 256;

/** A document whose syntax is right, or what is wrong with it. */
export type ParsedYaml = { document: Document.Parsed } | { broken: Diagnostic };

/** As the library's own `parseDocument`, but with an eye on the depth while the text is read. Never throws. */
export function parseYaml(text: string, positions: Positions): ParsedYaml {
  const guard = depthGuard();
  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    schema: 'core',
    logLevel: 'error',
  });
  const [document, second] = [...composer.compose(guardedTokens(text, guard), true, text.length)];
  const deepAt = guard.tooDeepAt();
  if (deepAt !== null) return { broken: depthFinding(positions.place([deepAt, deepAt + 1])) };
  if (document === undefined) throw new Error('the composer always returns a document');
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined)
    return {
      broken:
        openQuote(document, text, { error: first, positions }) ??
        syntaxFinding(positions.place(wholeSpan(first.pos)), sentence(first.message)),
    };
  if (second === undefined) return { document };
  const at = wholeSpan([second.range[0], second.range[1]]);
  return { broken: syntaxFinding(positions.place(at), 'source contains multiple documents') };
}

/**
 * A quote that is closed nowhere, or only by the opening quote of a later text, whose words then follow it: reported where it
 * opens, since the parser complains where it ends.
 */
function openQuote(
  document: Document.Parsed,
  text: string,
  { error, positions }: { error: YAMLError; positions: Positions },
): Diagnostic | null {
  const [at] = error.pos;
  const isUnclosed = /closing ["']quote/.test(error.message);
  const quotes: Span[] = [];
  visit(document, {
    Scalar(_, node) {
      const [start, end] = spanOf(node);
      const isQuoted = text[start] === '"' || text[start] === "'";
      const isLong = text.slice(start, end).includes('\n');
      const isInLine = end <= at && !text.slice(end, at).includes('\n');
      if (isQuoted && start < at && (isUnclosed ? end >= at : isLong && isInLine))
        quotes.push([start, start + 1]);
    },
  });
  const [quote] = quotes;
  if (quote === undefined) return null;
  const message = `the quote \`${text.slice(...quote)}\` that opens here is not closed in its line`;
  return syntaxFinding(positions.place(quote), message);
}

/** The parser's tokens; they end where the guard says stop. */
function* guardedTokens(text: string, guard: DepthGuard): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    if (!guard.admits(lexeme)) return;
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

interface DepthGuard {
  /** Whether the next piece of the text, which follows those before, is harmless. */
  admits(lexeme: string): boolean;
  /** The offset of the piece that was not; `null`: all were harmless. */
  tooDeepAt(): number | null;
}

/**
 * Watches brackets, list marks of one line and indentation for what the library can bear: it recurses into nested values, and
 * thousands of levels end the process.
 */
function depthGuard(): DepthGuard {
  let offset = 0;
  let brackets = 0;
  let marks = 0;
  let isLineStart = true;
  let isTooDeep = false;
  return {
    admits(lexeme) {
      const type = CST.tokenType(lexeme);
      if (type === 'newline') marks = 0;
      if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1;
      if (type === 'flow-seq-end' || type === 'flow-map-end') brackets -= 1;
      if (type === 'seq-item-ind' || type === 'explicit-key-ind') marks += 1;
      const isIndented = isLineStart && type === 'space' && lexeme.length > MAX_INDENTATION;
      isTooDeep = brackets > MAX_DEPTH || marks > MAX_DEPTH || isIndented;
      isLineStart = type === 'newline';
      if (!isTooDeep && !isMark(lexeme)) offset += lexeme.length;
      return !isTooDeep;
    },
    tooDeepAt: () => (isTooDeep ? offset : null),
  };
}

/** The lexer puts control characters of its own between tokens. */
function isMark(token: string): boolean {
  return token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR;
}

function wholeSpan([start, end]: readonly [number, number]): Span {
  return [start, Math.max(end, start + 1)];
}

/** Where a node is in the text. */
export function spanOf(node: unknown): Span {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}
