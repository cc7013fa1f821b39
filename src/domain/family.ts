import { ID_PATTERN } from './id.js';

/** One cap for a run and all runs nested in it. */
export interface FamilyCap {
  /** The outermost run that has a cap. */
  ownerId: string;
  /** The most that its nested runs may spend together with what its running attempt has spent, micro-USD. */
  capMicroUsd: number;
  /** The nearest outer attempt that reserved money: a nested run takes over a part of its reservation. `null`: none reserved any. */
  sourceId: string | null;
}

/** How many runs the tool of one run may start. */
export interface ChildLimits {
  /** At the same time; `null`: any number. */
  atOnce: number | null;
  /** In all; `null`: any number. */
  inAll: number | null;
}

/** What binds the runs that a tool starts. */
export interface FamilyRules {
  cap: FamilyCap | null;
  children: ChildLimits;
}

/** The rules as one variable: `owner=01J…&cap=500000&source=01J…:1&at_once=8`. Empty: no rules. */
export function familyText({ cap, children }: FamilyRules): string {
  const entries = [
    ['owner', cap?.ownerId ?? null],
    ['cap', cap?.capMicroUsd ?? null],
    ['source', cap?.sourceId ?? null],
    ['at_once', children.atOnce],
    ['in_all', children.inAll],
  ] as const;
  return entries.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])).join('&');
}

/** Reads rules; what is malformed sets none. */
export function familyFrom(text: string): FamilyRules {
  const values = new Map(text.split('&').map((part) => [part.split('=')[0], part.split('=')[1]]));
  const [ownerId = '', cap] = [values.get('owner'), countFrom(values.get('cap'))];
  const sourceId = values.get('source') ?? null;
  return {
    cap: ID.test(ownerId) && cap !== null ? { ownerId, capMicroUsd: cap, sourceId } : null,
    children: { atOnce: countFrom(values.get('at_once')), inAll: countFrom(values.get('in_all')) },
  };
}

/**
 * The rules of a nested run by its own variable and by those that its ancestors were started with, the nearest first. A tool may have changed the
 * variable for its own descendants: the outermost cap holds, at its lowest.
 */
export function strictestFamily(texts: readonly string[]): FamilyRules {
  const rules = texts.filter((text) => text !== '').map(familyFrom);
  const caps = rules.flatMap(({ cap }) => cap ?? []);
  const outermost = caps.at(-1);
  const children = rules[0]?.children ?? NO_CHILD_LIMITS;
  if (outermost === undefined) return { cap: null, children };
  const same = caps.filter(({ ownerId }) => ownerId === outermost.ownerId);
  const capMicroUsd = Math.min(...same.map((cap) => cap.capMicroUsd));
  return { cap: { ...outermost, capMicroUsd, sourceId: same[0]?.sourceId ?? null }, children };
}

const ID = new RegExp(ID_PATTERN);

const NO_CHILD_LIMITS: ChildLimits = { atOnce: null, inAll: null };

/** Nothing binds nested runs. */
export const NO_FAMILY: FamilyRules = { cap: null, children: NO_CHILD_LIMITS };

function countFrom(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
