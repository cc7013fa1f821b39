import type { EventFilter, OutputGrammar, OutputSource, Selector, Selectors } from '../../config/types.js';
import { COUNTERS } from '../../domain/usage.js';
import { matches } from './pointer.js';
import { createFold, type Fold, numberOf, textsInEvent, textsInText } from './selector.js';

/** The live output of one event. */
export type OutputEvent =
  | { type: 'delta'; text: string }
  | { type: 'activity'; name: string; changedFile: boolean }
  | { type: 'restart' }
  | { type: 'over_size' };

/** Limits of memory, bytes. */
export interface OutputLimits {
  answerBytes: number;
  /** Keep only the end of a long answer, which is shown as it comes. */
  isPassedOn: boolean;
  lineBytes: number;
  /** Filters of failure rules. */
  watch: readonly EventFilter[];
  /** Selectors of failure rules. */
  gather: Selectors;
}

/** Collects the values of a grammar from events, without keeping events. */
export interface Gathering {
  /** Sees an event (or a document) of the main source; returns what it shows live. */
  event: (event: unknown) => OutputEvent[];
  /** Sees an event of another source; returns the work that it shows. */
  otherEvent: (from: OutputSource, event: unknown) => OutputEvent[];
  /** Whether `text` finds anything in a source at all. */
  readsText: (from: OutputSource) => boolean;
  /** Sees the whole text, or one line, of a source; returns the work that it shows. */
  text: (from: OutputSource, text: string) => OutputEvent[];
  /** Values found by selectors, in order, without those that found nothing. */
  found: (selectors: Selectors) => unknown[];
  /** Whether an event matched this filter of the grammar or of a failure rule. */
  saw: (filter: EventFilter) => boolean;
  events: () => number;
  /** Whether an event came that does not belong to those of `no_activity`. */
  sawWork: () => boolean;
}

/** Starts collecting; concatenations have at most `answerBytes`. */
export function createGathering(grammar: OutputGrammar, limits: OutputLimits): Gathering {
  const selectors = [...allSelectors(grammar), ...limits.gather];
  const folds = new Map<Selector, Fold>(
    [...selectors, ...selectors.flatMap(({ numbers }) => numbers.minus)].map((selector) => [
      selector,
      createFold(selector, limits.answerBytes),
    ]),
  );
  const bySource = feeds(folds, grammar, limits.watch);
  const concatenations = [...folds].flatMap(([{ take }, fold]) => (take === 'concat' ? [fold] : []));
  const hasWork = grammar.activity.length + grammar.changedFiles.length > 0;
  const seen = new Set<EventFilter>();
  let events = 0;
  let sawWork = false;
  const feed = (from: OutputSource, event: unknown) => {
    const { ofEvents, filters } = bySource[from];
    for (const fold of ofEvents) fold.event(event);
    for (const filter of filters) if (!seen.has(filter) && matches(event, filter)) seen.add(filter);
  };
  return {
    event: (event) => {
      events++;
      sawWork ||= !grammar.noActivity.some((filter) => matches(event, filter));
      feed(grammar.from, event);
      for (const fold of concatenations) if (fold.isOver()) return [{ type: 'over_size' }];
      const live = liveEvents(grammar, event, hasWork);
      if (live.some(({ type }) => type === 'restart'))
        for (const selector of grammar.text) folds.get(selector)?.reset();
      return live;
    },
    otherEvent: (from, event) => {
      feed(from, event);
      return workIn(grammar, (selectors) => textsInEvent(from, event, selectors));
    },
    readsText: (from) => bySource[from].ofText.length > 0 || hasWork,
    text: (from, text) => {
      for (const fold of bySource[from].ofText) fold.text(text);
      return hasWork ? workIn(grammar, (selectors) => textsInText(from, text, selectors)) : [];
    },
    found: (selectors) =>
      selectors.map((each) => understood(each, folds)).filter((value) => value !== undefined),
    saw: (filter) => seen.has(filter),
    events: () => events,
    sawWork: () => sawWork,
  };
}

/** What the events and the text of a source are given to. */
interface Feed {
  ofEvents: readonly Fold[];
  ofText: readonly Fold[];
  filters: readonly EventFilter[];
}

function feeds(
  folds: ReadonlyMap<Selector, Fold>,
  grammar: OutputGrammar,
  watch: readonly EventFilter[],
): Readonly<Record<OutputSource, Feed>> {
  const ofAnswer = [grammar.success, grammar.end, grammar.cut].filter((filter) => filter !== null);
  const feedOf = (from: OutputSource): Feed => {
    const own = [...folds].filter(([selector]) => selector.from === from);
    return {
      ofEvents: own.flatMap(([{ kind }, fold]) => (kind === 'regex' ? [] : [fold])),
      ofText: own.flatMap(([{ kind }, fold]) => (kind === 'regex' ? [fold] : [])),
      filters: from === grammar.from ? [...watch, ...ofAnswer] : watch,
    };
  };
  return {
    stdout: feedOf('stdout'),
    stderr: feedOf('stderr'),
    output_file: feedOf('output_file'),
    usage_file: feedOf('usage_file'),
    session: feedOf('session'),
  };
}

/** The value of a selector after its mapping; `undefined`: none, or an empty one. */
function understood(selector: Selector, folds: ReadonlyMap<Selector, Fold>): unknown {
  const value = folds.get(selector)?.found();
  const { isZeroUnknown, minus } = selector.numbers;
  if (isZeroUnknown && numberOf(value) === 0) return undefined;
  if (value === undefined || minus.length === 0) return value;
  const parts = [value, ...minus.map((each) => understood(each, folds))].map(numberOf);
  if (parts.some((part) => part === null)) return undefined;
  return parts.reduce<number>((rest, part, index) => (index === 0 ? (part ?? 0) : rest - (part ?? 0)), 0);
}

/** Every selector of a grammar that is read at the end. */
export function allSelectors(grammar: OutputGrammar): Selector[] {
  const { usage, error } = grammar;
  return [
    grammar.text,
    ...COUNTERS.map((counter) => usage[counter]),
    grammar.costUsd,
    grammar.toolSessionId,
    grammar.responseModel,
    grammar.finishReason,
    grammar.data,
    grammar.waiting,
    error.message,
    error.status,
    error.code,
  ].flat();
}

function liveEvents(grammar: OutputGrammar, event: unknown, hasWork: boolean): OutputEvent[] {
  const { from, deltas, restart } = grammar;
  const live: OutputEvent[] = restart !== null && matches(event, restart) ? [{ type: 'restart' }] : [];
  if (hasWork) live.push(...workIn(grammar, (selectors) => textsInEvent(from, event, selectors)));
  const text = textsInEvent(from, event, deltas).join('');
  if (text !== '') live.push({ type: 'delta', text });
  return live;
}

/** What the tool did, and the files that it changed. */
function workIn(grammar: OutputGrammar, find: (selectors: Selectors) => string[]): OutputEvent[] {
  return [
    ...find(grammar.activity).map((name) => ({ type: 'activity' as const, name, changedFile: false })),
    ...find(grammar.changedFiles).map((name) => ({ type: 'activity' as const, name, changedFile: true })),
  ];
}
