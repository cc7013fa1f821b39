import type { EventFilter, OutputGrammar, OutputSource, Selectors } from '../../config/types.js';
import { FINISH_REASONS, type FinishReason } from '../../domain/attempt.js';
import { plausibleName } from '../../domain/plausible.js';
import type { Usage } from '../../domain/usage.js';
import type { ToldSoFar } from '../usage-meter.js';
import {
  allSelectors,
  createGathering,
  type Gathering,
  type OutputEvent,
  type OutputLimits,
} from './events.js';
import { jsonValues } from './json-values.js';
import { textOf } from './selector.js';
import { createSource, type SourceReader } from './source.js';
import { readCost, readUsage, sumOf } from './usage.js';

/** The result of reading a tool's output by a grammar. */
export interface Reading {
  text: string;
  usage: Usage | null;
  costMicroUsd: number | null;
  finishReason: FinishReason;
  responseModel: string | null;
  toolSessionId: string | null;
  data: unknown;
  error: { message: string | null; status: number | null; code: string | null };
  /** The tool's message about the limit that it was waiting for at its end; `null`: none. */
  waiting: string | null;
  /** The end of standard error, without terminal control; for regexes of failure rules. */
  stderr: string;
  /** `false`: there was output, but none in the expected format. */
  parsed: boolean;
  /** The `end` of the grammar was seen, or it has none. */
  sawEnd: boolean;
  /** The `success` of the grammar was seen, or it has none. */
  successOk: boolean;
  /** An event showed that the tool asked for the rest of a cut answer. */
  sawCut: boolean;
  /** The answer is over its size limit; the text is cut. */
  overSize: boolean;
  /** Whether the tool may have done something, by its output, or because its output cannot show it. */
  worked: boolean;
  /** The first characters of the main source. */
  beginning: string;
  /** Whether an event matched one of the watched filters. */
  saw: (filter: EventFilter) => boolean;
  /** Values found by selectors of failure rules, without those that found nothing. */
  found: (selectors: Selectors) => unknown[];
  warnings: string[];
  /** Live events of a last line without a line feed. */
  late: OutputEvent[];
}

/** Reads a tool's output while it comes. */
export interface OutputReader {
  /** Takes a chunk; returns its live events. No more chunks are needed after `over_size`. */
  push: (source: 'stdout' | 'stderr', bytes: Uint8Array) => OutputEvent[];
  toldSoFar: () => ToldSoFar;
  /** Reads the rest and the written files (`null`: missing). Call once. */
  finish: (files: {
    outputFile: Uint8Array | null;
    usageFile: Uint8Array | null;
    session: Uint8Array | null;
  }) => Reading;
}

/** The longest line of a stream of events, bytes. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Starts reading by a grammar. */
export function createOutputReader(grammar: OutputGrammar, limits: OutputLimits): OutputReader {
  const gathering = createGathering(grammar, limits);
  const sources: Record<OutputSource, SourceReader> = {
    stdout: createSource('stdout', { grammar, gathering, limits }),
    stderr: createSource('stderr', { grammar, gathering, limits }),
    output_file: createSource('output_file', { grammar, gathering, limits }),
    usage_file: createSource('usage_file', { grammar, gathering, limits }),
    session: createSource('session', { grammar, gathering, limits }),
  };
  return {
    push: (source, bytes) => sources[source].push(bytes),
    toldSoFar: () => toldSoFar(grammar, gathering),
    finish: (files) => {
      if (files.outputFile !== null) sources.output_file.push(files.outputFile);
      if (files.usageFile !== null) sources.usage_file.push(files.usageFile);
      if (files.session !== null) sources.session.push(files.session);
      const trailing = Object.values(sources).flatMap((source) => source.end());
      const late = readOthers({ grammar, gathering, sources, limits });
      return readingOf({ grammar, gathering, sources, limits, late: [...trailing, ...late] });
    },
  };
}

/**
 * Sources beside the main one are read as a whole: JSON where selectors point into it, text for regexes. So is a main one that is no stream;
 * returns what it shows of the work that was done.
 */
function readOthers(all: {
  grammar: OutputGrammar;
  gathering: Gathering;
  sources: Record<OutputSource, SourceReader>;
  limits: OutputLimits;
}): OutputEvent[] {
  const { grammar, gathering, sources } = all;
  const late: OutputEvent[] = [];
  const { activity, changedFiles } = grammar;
  const selectors = [...allSelectors(grammar), ...activity, ...changedFiles, ...all.limits.gather];
  for (const from of Object.keys(sources) as OutputSource[]) {
    if (from === grammar.from && grammar.format === 'ndjson') continue;
    const text = sources[from].text();
    if (text === '') continue;
    late.push(...gathering.text(from, text));
    if (from === grammar.from ? grammar.format === 'json' : pointsInto(selectors, from)) {
      for (const event of eventsOf(from, text)) {
        late.push(...(from === grammar.from ? gathering.event(event) : gathering.otherEvent(from, event)));
      }
    }
  }
  return late;
}

function pointsInto(selectors: Selectors, from: OutputSource): boolean {
  return (
    from === 'stderr' || selectors.some((selector) => selector.from === from && selector.kind !== 'regex')
  );
}

function eventsOf(from: OutputSource, text: string): unknown[] {
  const values = jsonValues(text);
  const kept = from === 'stderr' ? values.slice(-1) : values;
  return kept.flatMap((value) => (Array.isArray(value) ? value : [value]));
}

function readingOf(seen: {
  grammar: OutputGrammar;
  gathering: Gathering;
  sources: Record<OutputSource, SourceReader>;
  limits: OutputLimits;
  late: OutputEvent[];
}): Reading {
  const { grammar, gathering, sources, limits } = seen;
  const text = answerOf(grammar, gathering, sources);
  const successOk = grammar.success === null || gathering.saw(grammar.success);
  const stderr = sources.stderr.text();
  const found = (selectors: OutputGrammar['text']) => firstText(gathering.found(selectors));
  const message = found(grammar.error.message);
  const main = sources[grammar.from];
  return {
    text,
    ...spentOf(grammar, gathering),
    finishReason: finishReasonOf(grammar, found(grammar.finishReason)),
    responseModel: plausibleName(found(grammar.responseModel)),
    toolSessionId: plausibleName(found(grammar.toolSessionId)),
    data: gathering.found(grammar.data)[0] ?? null,
    error: {
      message: isAnswer(grammar, { message, text, successOk }) ? null : message,
      status: sumOf(gathering.found(grammar.error.status).slice(0, 1)),
      code: found(grammar.error.code),
    },
    waiting: found(grammar.waiting),
    stderr,
    parsed: grammar.format === 'text' || gathering.events() > 0 || main.isBlank(),
    sawEnd: grammar.end === null || gathering.saw(grammar.end),
    successOk,
    overSize:
      seen.late.some((event) => event.type === 'over_size') || Buffer.byteLength(text) > limits.answerBytes,
    worked: hasWorked(grammar, gathering, sources),
    beginning: main.beginning(),
    saw: gathering.saw,
    found: gathering.found,
    sawCut: grammar.cut !== null && gathering.saw(grammar.cut),
    warnings: main.sawInvalid() ? ['the output contains bytes that are not UTF-8, which were replaced'] : [],
    late: seen.late,
  };
}

/**
 * A tool may have changed files before it printed what its definition reads: any output counts, and of a tool that prints at its end
 * even none. What tools with a stream of events print on standard error are notes, since the events show their work.
 */
function hasWorked(
  grammar: OutputGrammar,
  gathering: Gathering,
  sources: Record<OutputSource, SourceReader>,
): boolean {
  if (grammar.atExit || gathering.sawWork()) return true;
  const main = sources[grammar.from];
  if (grammar.format === 'ndjson') return main.text().trim() !== '';
  const unread = [sources.stdout, sources.stderr].filter((one) => one !== main || gathering.events() === 0);
  return unread.some((one) => !one.isBlank());
}

function toldSoFar(grammar: OutputGrammar, gathering: Gathering): ToldSoFar {
  const { usage, costMicroUsd } = spentOf(grammar, gathering);
  const isPartial = usage === null && costMicroUsd === null;
  return {
    usage: isPartial ? readUsage(grammar.usageSoFar, gathering) : usage,
    costMicroUsd,
    isPartial,
    isAnswered: isAnswered(grammar, gathering),
  };
}

/** Whether the `end` event was seen; without one in the grammar, an answer. */
function isAnswered({ end, success, text }: OutputGrammar, gathering: Gathering): boolean {
  const last = end ?? success;
  return last === null ? gathering.found(text).length > 0 : gathering.saw(last);
}

function spentOf(grammar: OutputGrammar, gathering: Gathering): Pick<Reading, 'usage' | 'costMicroUsd'> {
  return { usage: readUsage(grammar.usage, gathering), costMicroUsd: readCost(grammar, gathering) };
}

function answerOf(
  grammar: OutputGrammar,
  gathering: Gathering,
  sources: Record<OutputSource, SourceReader>,
): string {
  const isWhole = grammar.format === 'text' && grammar.text.length === 0;
  return isWhole ? sources[grammar.from].text() : (firstText(gathering.found(grammar.text)) ?? '');
}

/** Some tools report errors in the field of the answer: after a successful end that is no error. */
function isAnswer(
  grammar: OutputGrammar,
  seen: { message: string | null; text: string; successOk: boolean },
): boolean {
  return grammar.success !== null && seen.successOk && seen.message === seen.text;
}

/** An empty text counts only if no other selector found one. */
function firstText(found: readonly unknown[]): string | null {
  const texts = found.map(textOf);
  return texts.find((text) => text !== '') ?? texts[0] ?? null;
}

function finishReasonOf(grammar: OutputGrammar, word: string | null): FinishReason {
  if (word === null) return 'unknown';
  return grammar.finishReasonMap[word] ?? FINISH_REASONS.find((reason) => reason === word) ?? 'unknown';
}
