import type { EventFilter, OutputGrammar, OutputSource, Selector, Selectors } from '../../config/types.js';
import { COUNTERS } from '../../domain/usage.js';
import { matches } from './pointer.js';
import { createFold, type Fold, textsInEvent } from './selector.js';

/** What one event of a tool shows at once. */
export type OutputEvent =
  | { type: 'delta'; text: string }
  | { type: 'activity'; name: string; changedFile: boolean }
  | { type: 'over_size' };

/** Bounds of what is kept in memory, bytes. */
export interface OutputLimits {
  answerBytes: number;
  /** The end of a long answer is enough: all of it is shown while it comes. */
  isPassedOn: boolean;
  lineBytes: number;
  /** Filters that failure rules ask for later. */
  watch: readonly EventFilter[];
  /** Selectors that they ask for. */
  gather: Selectors;
}

/** Gathers all that a grammar asks for while events go by; keeps no event. */
export interface Gathering {
  /** Sees an event (or a document) of the main source; returns what it shows live. */
  event: (event: unknown) => OutputEvent[];
  /** Sees an event of another source. */
  otherEvent: (from: OutputSource, event: unknown) => void;
  /** Sees the whole text, or one line, of a source. */
  text: (from: OutputSource, text: string) => void;
  /** What selectors found, in their order, those that found nothing left out. */
  found: (selectors: Selectors) => unknown[];
  /** Whether an event matched this filter of the grammar or of a failure rule. */
  saw: (filter: EventFilter) => boolean;
  events: () => number;
}

/** Starts gathering; concatenations hold at most `answerBytes`. */
export function createGathering(grammar: OutputGrammar, limits: OutputLimits): Gathering {
  const folds = new Map<Selector, Fold>(
    [...allSelectors(grammar), ...limits.gather].map((selector) => [
      selector,
      createFold(selector, limits.answerBytes),
    ]),
  );
  const ofAnswer = [grammar.success, grammar.end].filter((filter) => filter !== null);
  const seen = new Set<EventFilter>();
  let events = 0;
  const feed = (from: OutputSource, event: unknown) => {
    for (const [selector, fold] of folds) if (selector.from === from) fold.event(event);
    const filters = from === grammar.from ? [...limits.watch, ...ofAnswer] : limits.watch;
    for (const filter of filters) if (!seen.has(filter) && matches(event, filter)) seen.add(filter);
  };
  return {
    event: (event) => {
      events++;
      feed(grammar.from, event);
      const isOver = [...folds.values()].some((fold) => fold.isOver());
      return isOver ? [{ type: 'over_size' }] : liveEvents(grammar, event);
    },
    otherEvent: feed,
    text: (from, text) => {
      for (const [selector, fold] of folds) if (selector.from === from) fold.text(text);
    },
    found: (selectors) =>
      selectors.map((each) => folds.get(each)?.found()).filter((value) => value !== undefined),
    saw: (filter) => seen.has(filter),
    events: () => events,
  };
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
    error.message,
    error.status,
    error.code,
  ].flat();
}

function liveEvents(grammar: OutputGrammar, event: unknown): OutputEvent[] {
  const names = textsInEvent(event, grammar.activity);
  const text = textsInEvent(event, grammar.deltas).join('');
  const files = textsInEvent(event, grammar.changedFiles);
  const activity: OutputEvent[] = [
    ...names.map((name) => ({ type: 'activity' as const, name, changedFile: false })),
    ...files.map((name) => ({ type: 'activity' as const, name, changedFile: true })),
  ];
  return text === '' ? activity : [...activity, { type: 'delta', text }];
}
