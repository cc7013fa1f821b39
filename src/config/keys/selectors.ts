import { FINISH_REASONS, type FinishReason } from '../../domain/attempt.js';
import { entriesOf, isTree, record } from '../tree.js';
import type { Written } from '../written.js';
import { entries, list, undescribed } from './containers.js';
import { Key, type Schema } from './key.js';
import { anyText, oneOf, text } from './kinds.js';
import { readKeys } from './resolved.js';

/** Where a tool's output stands while it runs. */
export const RUN_SOURCES = ['stdout', 'stderr', 'output_file', 'usage_file'] as const;
/** The place of a value: the output of a run, or what `session` of the output names. */
export const SOURCES = [...RUN_SOURCES, 'session'] as const;
export type OutputSource = (typeof SOURCES)[number];

const TAKES = ['first', 'last', 'sum', 'concat', 'max'] as const;
export type Take = (typeof TAKES)[number];

/** How to find a value in a tool's output; the grammar of the configuration reference. */
export type Selector =
  | {
      kind: 'pointer';
      pointer: string;
      from: OutputSource;
      event: EventFilter | null;
      after: EventFilter | null;
      take: Take;
      numbers: Numbers;
    }
  | {
      kind: 'keys';
      pointer: string;
      from: OutputSource;
      event: EventFilter | null;
      take: Take;
      numbers: Numbers;
    }
  | {
      kind: 'regex';
      regex: string;
      from: OutputSource;
      group: string | null;
      take: Take;
      numbers: Numbers;
    };

/** How to interpret a number. */
export interface Numbers {
  /** Treat zero as unknown, for tools that write it instead of an unknown number. */
  isZeroUnknown: boolean;
  /** Unit of a time; `null`: seconds, or as it is written. */
  unit: TimeUnit | null;
  /** Values to subtract. */
  minus: Selectors;
}

/** Numbers count unchanged. */
export const AS_WRITTEN: Numbers = { isZeroUnknown: false, unit: null, minus: [] };

const TIME_UNITS = ['ms', 's', 'm', 'h'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Several selectors: their sum for numbers, the first text that is not empty. */
export type Selectors = readonly Selector[];

/** Pointers that must equal a scalar, or match `/regex/` when written between slashes. */
export type EventFilter = Readonly<Record<string, string | number | boolean | null>>;

/** Where a tool states a time: a regex with the group `time`, and perhaps `zone`, on its error text; or a selector. */
export type TimeMention = { kind: 'words'; regex: string } | { kind: 'selected'; selectors: Selectors };

/** Conditions on an event; absent: `null`. */
export function filter(description: string): Key<EventFilter | null> {
  return new Key(
    {
      schema: { description, $ref: '#/$defs/filter' },
      read: ({ value }) =>
        isTree(value) ? (Object.fromEntries(entriesOf(value)) as EventFilter) : undefined,
      empty: () => null,
    },
    '',
  );
}

/** A list of conditions of which one is enough. */
export function filters(description: string): Key<readonly EventFilter[]> {
  return list(description, filter('Values that stand at these pointers'));
}

/** The keys of a selector that is written as a map. */
const SELECTOR = {
  pointer: anyText('JSON pointer; `*` stands for every key or element'),
  keys: anyText('JSON pointer to an object whose keys are the values'),
  regex: text('Regular expression on text'),
  group: new Key<string | null>(
    {
      schema: {
        type: ['string', 'integer'],
        description:
          'The group of `regex` that is the value: a name or a number [the first, else the whole match]',
        minLength: 1,
        minimum: 0,
      },
      read: ({ value }) =>
        typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
      empty: () => null,
    },
    '',
  ),
  from: oneOf('Where to look [`from` of the output]', SOURCES),
  event: filter('Only events at whose pointers these values stand; `/regex/` matches'),
  after: filter('Only what follows the last event at whose pointers these values stand'),
  take: oneOf('Which value, or what of all values [last]', TAKES),
  zero: oneOf('`unknown`: a zero says nothing', ['unknown']),
  unit: oneOf('Unit of a time that is a number [s]', TIME_UNITS),
  minus: new Key<Selectors>(
    {
      schema: {
        type: ['string', 'object', 'array'],
        description: 'Selectors of numbers that are taken off',
        items: { $ref: '#/$defs/selector' },
      },
      read: readSelectors,
      empty: () => [],
    },
    '',
  ),
};

/** A selector or a list of them; absent: none. */
export function selector(description: string): Key<Selectors> {
  return new Key(
    { schema: { description, $ref: '#/$defs/selectors' }, read: readSelectors, empty: () => [] },
    '',
  );
}

/** A text that starts with `/` is a pointer, any other a regex. */
export function timeMention(description: string): Key<TimeMention | null> {
  return new Key(
    {
      schema: { description, $ref: '#/$defs/time' },
      read: (written) => {
        const { value } = written;
        const isRegex = typeof value === 'string' && !value.startsWith('/');
        return isRegex
          ? { kind: 'words', regex: value }
          : { kind: 'selected', selectors: readSelectors(written) };
      },
      empty: () => null,
    },
    '',
  );
}

const FINISH_REASON = {
  ...SELECTOR,
  select: selector('The selector, when `map` is given'),
  map: entries("The tool's own words to the normal ones", undescribed(oneOf('', FINISH_REASONS))),
};

/** `finish_reason`: a selector, or `{ select, map }`. */
export const finishReason = new Key<{ select: Selectors; map: Readonly<Record<string, FinishReason>> }>(
  {
    schema: {
      type: ['string', 'object', 'array'],
      description: 'Why the answer ended: a selector, or `{ select, map }`',
      items: { $ref: '#/$defs/selector' },
    },
    inner: { kind: 'map', keys: FINISH_REASON },
    read: (written) => {
      const { select, map } = readKeys(FINISH_REASON, written);
      return { select: select.length > 0 ? select : readSelectors(written), map };
    },
    empty: () => ({ select: [], map: record([]) }),
  },
  '',
);

/** Shapes that many keys of the schema refer to. */
export const SELECTOR_SHAPES: Readonly<Record<string, { schema: Schema; keys: typeof SELECTOR | null }>> = {
  filter: {
    schema: {
      type: 'object',
      description: 'JSON pointers and the values that must stand there; `/regex/` matches',
      additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
    },
    keys: null,
  },
  selector: {
    schema: {
      type: ['string', 'object'],
      description: 'A JSON pointer, or a map that says how to find a value',
    },
    keys: SELECTOR,
  },
  selectors: {
    schema: {
      type: ['string', 'object', 'array'],
      description: 'A selector, or a list of them: their sum for numbers, the first text that is not empty',
      items: { $ref: '#/$defs/selector' },
    },
    keys: SELECTOR,
  },
  time: {
    schema: {
      type: ['string', 'object'],
      description:
        'A regular expression with the group `time` (and `zone`) on the error message or standard error, or a selector; a text that starts with `/` is a JSON pointer',
      minLength: 1,
      examples: ['resets (?<time>.+)'],
    },
    keys: SELECTOR,
  },
};

function readSelectors(written: Written): Selectors {
  const from = mainSource(written);
  return written.items().flatMap((one) => selectorOf(one, from) ?? []);
}

/** Where a tool's selectors look when they do not say where. */
function mainSource(written: Written): OutputSource {
  const { value } = written.fromRoot([...written.path.slice(0, 2), 'output', 'from']);
  return RUN_SOURCES.find((one) => one === value) ?? 'stdout';
}

function selectorOf(written: Written, main: OutputSource): Selector | null {
  const { value } = written;
  const plain = { from: main, event: null, after: null, take: 'last' as const, numbers: AS_WRITTEN };
  if (typeof value === 'string') return { kind: 'pointer', pointer: value, ...plain };
  const { pointer, keys, regex, group, event, after, ...stated } = readKeys(SELECTOR, written);
  const numbers = { isZeroUnknown: stated.zero !== null, unit: stated.unit, minus: stated.minus };
  const common = { from: stated.from ?? main, take: stated.take ?? 'last', numbers };
  if (pointer !== null) return { kind: 'pointer', pointer, event, after, ...common };
  if (keys !== null) return { kind: 'keys', pointer: keys, event, ...common };
  return regex === null ? null : { kind: 'regex', regex, group, ...common };
}
