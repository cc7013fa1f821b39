import type { Result } from '../../domain/result.js';
import { type Placed, unwritten, type Written } from '../written.js';

/** A piece of JSON Schema. */
export type Schema = { readonly [keyword: string]: unknown };

/**
 * What a key lets the author of a config do: decide what is started and with which rights, what leaves the machine, which file
 * is read, which one is written, or anything else about a run. Only `harmless` keys may change without a new question of trust.
 */
export type Effect = 'runs' | 'sends' | 'reads' | 'writes' | 'decides' | 'harmless';

/**
 * What is left of a key of a project's config where the user's own config states the key too, so that it can only be stricter:
 * the lesser or the greater of both values (of words, by their order), the entries of both lists, only what both lists allow, or
 * the user's own value.
 */
export type Floor = 'least' | 'most' | 'union' | 'intersection' | 'own';

/** What may stand inside the value of a key. */
export type Inner =
  | { kind: 'map'; keys: Keys }
  /** A map with names of the user's choice. */
  | { kind: 'entries'; value: AnyKey }
  | { kind: 'list'; item: AnyKey }
  /** One item, or a list of them. */
  | { kind: 'oneOrMore'; item: AnyKey };

/** Definitions by the name of their key. */
export type Keys = Readonly<Record<string, AnyKey>>;
export type AnyKey = Key<unknown, string>;

/** How a regular expression is used. One whose matches are replaced by a mask must not match the empty text. */
export interface RegexUse {
  flags: string;
  isMask: boolean;
}

/** The definition of a key without the methods that refine it. */
export interface Definition<T> {
  /** The keywords of its own; those of what stands inside follow from `inner`. */
  schema: Schema;
  inner?: Inner;
  /** Makes the resolved value; `undefined` for a value that does not fit. What the value does not state comes from `base`. */
  read(written: Written, base?: T): T | undefined;
  /** Stands for an absent value without default. */
  empty(): T;
  /** The same key whose values, items or entries carry their places. */
  placed?(): Definition<unknown>;
  /** `null`: that of the key around it. */
  effect?: Effect;
  /** Absent: a project may replace what the user's own config states. */
  floor?: Floor;
  /** The error of a text of the right type, as a sentence; `null`: valid. */
  check?(written: string): string | null;
  /** The text is a regular expression of JavaScript with these flags. */
  regex?: RegexUse;
  /** Whether the value, as it is written, is a path. */
  isPath?(written: string): boolean;
  isRequired?: boolean;
  isRequiredOnceMerged?: boolean;
  formerName?: string;
  /** Common wrong names that are too different for a suggestion. */
  soughtAs?: readonly string[];
  /** Values by their synonyms. */
  synonyms?: Readonly<Record<string, string>>;
  /** Entries in which the default does not hold. */
  hasNoDefault?(entry: unknown): boolean;
}

/**
 * The one definition of a key. `T` is the type of its resolved value, `N` how the resolved name differs from the written one:
 * a unit behind it (`timeout`: `timeoutMs`), `=other`, or `-` for a key that is not part of the resolved config.
 */
export class Key<T, N extends string = ''> {
  constructor(
    readonly definition: Definition<T>,
    readonly naming: N,
  ) {}

  /** The value as one writes it where the config says nothing, except in some entries. */
  default(value: unknown): Key<Exclude<T, null>, N>;
  default(value: unknown, except: (entry: unknown) => boolean): Key<T, N>;
  default(value: unknown, except?: (entry: unknown) => boolean): Key<T, N> {
    const schema = { ...this.definition.schema, default: value };
    return this.#with({ schema, ...(except === undefined ? {} : { hasNoDefault: except }) });
  }

  /** The value carries its place: it can turn out wrong only when it is used. */
  placed(): Key<PlacedIn<T>, N> {
    const own = this.definition;
    const placed =
      own.placed === undefined ? withPlace(own) : { ...own, ...own.placed(), schema: own.schema };
    return new Key(placed as Definition<PlacedIn<T>>, this.naming);
  }

  /** Resolves to what `convert` makes of the value. */
  as<U>(convert: (value: T) => U): Key<U, N> {
    const { read, empty, placed: _, ...rest } = this.definition;
    const definition: Definition<U> = {
      ...rest,
      read(written) {
        const value = read(written);
        return value === undefined ? undefined : convert(value);
      },
      empty: () => convert(empty()),
    };
    return new Key(definition, this.naming);
  }

  /** Has another name in the resolved config. */
  named<M extends string>(name: M): Key<T, `=${M}`> {
    return new Key(this.definition, `=${name}`);
  }

  /** Must be a text that can be parsed so. */
  checked(parse: (text: string) => Result<unknown, string>): Key<T, N> {
    return this.#with({
      check(written) {
        const parsed = parse(written);
        return parsed.ok ? null : parsed.error;
      },
    });
  }

  /** Is checked and shown, but no part of the resolved config by itself. */
  notResolved(): Key<T, '-'> {
    return new Key(this.definition, '-');
  }

  /** An absent list or map resolves to `null`. */
  orNull(): Key<T | null, N> {
    return new Key<T | null, N>(
      { ...this.definition, empty: () => null } as Definition<T | null>,
      this.naming,
    );
  }

  /** The map around it needs it in every file that states the map. */
  required(): Key<Exclude<T, null>, N> {
    return this.#with({ isRequired: true });
  }

  /** An entry needs it, from whatever layer it comes; `empty` stands for it in one that is wrong. */
  requiredOnceMerged(empty: Exclude<T, null>): Key<Exclude<T, null>, N> {
    return this.#with({ isRequiredOnceMerged: true, empty: () => empty });
  }

  /** Was called so before. */
  formerly(name: string): Key<T, N> {
    return this.#with({ formerName: name });
  }

  /** Is often looked for under these names. */
  soughtAs(...names: readonly string[]): Key<T, N> {
    return this.#with({ soughtAs: names });
  }

  /** Other words that certainly mean one of the values. */
  withSynonyms(synonyms: Readonly<Record<string, string>>): Key<T, N> {
    return this.#with({ synonyms });
  }

  /** Decides what is started, or what it may do. */
  runs(): Key<T, N> {
    return this.#with({ effect: 'runs' });
  }

  /** Decides what leaves the machine, or where it goes. */
  sends(): Key<T, N> {
    return this.#with({ effect: 'sends' });
  }

  /** Names a file that is read. */
  reads(): Key<T, N> {
    return this.#with({ effect: 'reads' });
  }

  /** Names a file that is written. */
  writes(): Key<T, N> {
    return this.#with({ effect: 'writes' });
  }

  /** Needs no trust. */
  harmless(): Key<T, N> {
    return this.#with({ effect: 'harmless' });
  }

  /** A project's config can make it stricter than the user's own config has it, and never looser. */
  floor(floor: Floor): Key<T, N> {
    return this.#with({ floor });
  }

  /** The same key without its default, of which the description tells. */
  withoutDefault(description: string): Key<T | null, N> {
    const { default: _, ...schema } = this.definition.schema;
    return this.#with({ schema: { ...schema, description: `${schema.description}${description}` } });
  }

  /** The default as it would be written in an entry; `undefined` when it has none there. */
  defaultIn(entry: unknown): unknown {
    const { schema, hasNoDefault } = this.definition;
    return hasNoDefault?.(entry) === true ? undefined : schema.default;
  }

  /** The resolved value where an entry does not state the key. */
  absentIn(entry: unknown): T {
    const value = this.defaultIn(entry);
    const read = value === undefined ? undefined : this.definition.read(unwritten(value));
    return read === undefined ? this.definition.empty() : read;
  }

  #with<U = T>(changes: Partial<Definition<unknown>>): Key<U, N> {
    return new Key({ ...this.definition, ...changes } as unknown as Definition<U>, this.naming);
  }
}

type PlacedIn<T> = null extends T ? PlacedValue<Exclude<T, null>> | null : PlacedValue<T>;

type PlacedValue<T> = [T] extends [readonly (infer I)[]]
  ? readonly Placed<I>[]
  : [T] extends [object]
    ? { readonly [P in keyof T]: Placed<T[P]> }
    : Placed<T>;

function withPlace(definition: Definition<unknown>): Definition<unknown> {
  return {
    ...definition,
    read(written) {
      const value = definition.read(written);
      return value === undefined ? undefined : { value, at: written.at() };
    },
    empty() {
      const value = definition.empty();
      return value === null ? null : { value, at: null };
    },
  };
}
