import { matchesGlob } from '../domain/glob.js';
import type { AnyKey, Floor } from './keys/key.js';
import { definedIn } from './keys/lookup.js';
import { kindOfTool, TOOL } from './keys/tools.js';
import { at, canonicalJson, child, entriesOf, isTree, itemsOf, type Path, type Tree } from './tree.js';
import { unwritten } from './written.js';

/** A value of the user's own config that holds over, or beside, what a stronger config asks for. */
export interface Held {
  path: Path;
  floor: Floor;
  /** Where the user's own config states it: in the same entry, or in the policy `default`. */
  ownPath: Path;
  /** What the other config asks for; `undefined`: nothing. */
  asked: unknown;
  /** What holds; `undefined`: the default. */
  value: unknown;
  /** Where the items of a list come from, in order; `null` for other values, which are the user's own. */
  items: readonly Item[] | null;
}

/** An item of a combined list: the steps to it from the user's own list, or from the one that was asked for. */
interface Item {
  value: unknown;
  from: 'own' | 'asked';
  step: Path;
}

/**
 * Applies the limits of the user's own config to a config in which stronger ones may have replaced them. Each key says itself
 * (`floor`) what is left of both. Limits of the policy `default` also hold in every policy that is not the user's own.
 */
export function applyFloors(merged: Tree, own: Tree, stronger: Tree): { value: Tree; held: Held[] } {
  const isChosen = (policy: string) => isNamedByAgent(stronger, policy);
  const held = limitsOf(own).flatMap(({ path, value, key }) =>
    placesOf(merged, { own, path, isChosen }).flatMap((where) => heldAt(merged, where, { path, value, key })),
  );
  const all = [...held, ...ownLedger(merged, own, stronger)];
  return { value: all.reduce((tree, one) => withValue(tree, one.path, one.value), merged), held: all };
}

interface OwnLimit {
  path: Path;
  value: unknown;
  key: AnyKey;
}

function limitsOf(own: Tree): OwnLimit[] {
  return definedIn([], own).filter(({ key }) => key.definition.floor !== undefined);
}

/** Where a limit holds: in its own entry, if there is one, and one of the policy `default` in the policies of others too. */
function placesOf(
  merged: Tree,
  { own, path, isChosen }: { own: Tree; path: Path; isChosen: (policy: string) => boolean },
): Path[] {
  const [section, name, ...rest] = path;
  if (section !== 'policies' || name !== 'default') return isThere(merged, path) ? [path] : [];
  const others = entriesOf(child(merged, 'policies')).flatMap(([policy]): Path[] => {
    const where = ['policies', policy, ...rest];
    const isOwn = at(own, where) !== undefined && !isChosen(policy);
    return policy === 'default' || isOwn || at(merged, where) === undefined ? [] : [where];
  });
  return [path, ...others];
}

/** Whether a key may stand there: its entry exists, and is a tool of a kind that has it. */
function isThere(merged: Tree, path: Path): boolean {
  const [section, name, key] = path;
  if (section === 'tools') {
    const tool = at(merged, [section, String(name)]);
    return isTree(tool) && Object.hasOwn(TOOL[kindOfTool(tool.kind)], String(key));
  }
  const isEntry = section === 'agents' || section === 'models' || section === 'policies';
  return !isEntry || at(merged, [section, String(name)]) !== undefined;
}

/** Whether a stronger config lets an agent run by a policy, so that it must not be looser than the user's `default`. */
function isNamedByAgent(stronger: Tree, policy: string): boolean {
  return entriesOf(child(stronger, 'agents')).some(([, agent]) => child(agent, 'policy') === policy);
}

function heldAt(merged: Tree, path: Path, { path: ownPath, value: own, key }: OwnLimit): Held[] {
  const { floor } = key.definition;
  const asked = at(merged, path);
  if (floor === undefined || isSame(own, asked)) return [];
  const one = { path, floor, ownPath, asked };
  if (asked === undefined || floor === 'own') return [{ ...one, value: own, items: null }];
  if (floor === 'union' || floor === 'intersection') {
    const items = floor === 'union' ? unionOf(own, asked) : intersectionOf(own, asked);
    const values = items.map((item) => item.value);
    return isSame(values, asked) ? [] : [{ ...one, value: values, items }];
  }
  const [limit, wish] = [rankOf(key, own), rankOf(key, asked)];
  if (limit === null || wish === null) return [];
  const isLooser = floor === 'least' ? wish > limit : wish < limit;
  return isLooser ? [{ ...one, value: own, items: null }] : [];
}

/** A number by which values of one key are compared; `null` for one that does not fit, which is a finding of its own. */
function rankOf({ definition }: AnyKey, written: unknown): number | null {
  const read = definition.read(unwritten(written));
  // The value of some keys carries its place.
  const value = isTree(read) ? read.value : read;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const words = definition.schema.enum;
  const index = Array.isArray(words) ? words.indexOf(value) : -1;
  return index === -1 ? null : index;
}

function unionOf(own: unknown, asked: unknown): Item[] {
  const all = itemsFrom(own, 'own');
  const more = itemsFrom(asked, 'asked').filter(({ value }) => !all.some((one) => isSame(one.value, value)));
  return [...all, ...more];
}

/**
 * What two lists of names and globs both allow: each pattern that a pattern of the other list covers. A pattern covers another
 * when it matches its text, whose `*` only a `*` can match.
 */
function intersectionOf(own: unknown, asked: unknown): Item[] {
  const [mine, theirs] = [itemsFrom(own, 'own'), itemsFrom(asked, 'asked')];
  const kept = theirs.filter((one) => mine.some((other) => covers(other, one)));
  const narrower = mine.filter(
    (one) => theirs.some((other) => covers(other, one)) && !kept.some(({ value }) => value === one.value),
  );
  return [...kept, ...narrower];
}

function covers(wide: Item, narrow: Item): boolean {
  return matchesGlob(String(narrow.value), String(wide.value));
}

/** `all` stands for a list with `*`. */
function itemsFrom(list: unknown, from: Item['from']): Item[] {
  if (list === ALL) return [{ value: '*', from, step: [] }];
  return itemsOf(list).map(({ item, step }) => ({ value: item, from, step }));
}

const ALL = 'all';

const PLACES_OF_LEDGER = ['path', 'url', 'url_env'];

/**
 * The user's own budgets count in the user's own ledger: in another one, which a project chooses, nothing would have been spent
 * yet. So do they in one that the user's own config names, whatever else a project would put before it.
 */
function ownLedger(merged: Tree, own: Tree, stronger: Tree): Held[] {
  const budget = entriesOf(child(own, 'policies')).find(
    ([, policy]) => itemsOf(child(policy, 'budget')).length > 0,
  );
  const named = PLACES_OF_LEDGER.find((key) => at(own, ['ledger', key]) !== undefined);
  const ownPath =
    named !== undefined ? ['ledger', named] : budget === undefined ? null : ['policies', budget[0], 'budget'];
  if (ownPath === null) return [];
  return PLACES_OF_LEDGER.map((key) => ['ledger', key])
    .filter((path) => at(stronger, path) !== undefined && at(own, path) === undefined)
    .map((path) => ({ path, floor: 'own', ownPath, asked: at(merged, path), value: undefined, items: null }));
}

function withValue(tree: Tree, [step, ...rest]: Path, value: unknown): Tree {
  const key = String(step);
  if (rest.length === 0 && value === undefined) {
    const { [key]: _, ...others } = tree;
    return others;
  }
  const inner = child(tree, key);
  return { ...tree, [key]: rest.length === 0 ? value : withValue(isTree(inner) ? inner : {}, rest, value) };
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
