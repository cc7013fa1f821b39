import { formatPlace } from '../diagnostics/diagnostic.js';
import { TIERS, type Tier } from '../domain/request.js';
import { MASK } from '../redact/redact.js';
import { isSecretName } from '../redact/secret-names.js';
import type { Held } from './floors.js';
import { CONFIG } from './keys/config.js';
import type { Keys } from './keys/key.js';
import { keysAt } from './keys/lookup.js';
import { kindOfTool, TOOL } from './keys/tools.js';
import type { Merged } from './layers.js';
import { modelsByTier, type TierModel } from './tiers.js';
import { at, canonicalJson, child, entriesOf, isTree, type Path, type Tree } from './tree.js';
import { yamlText } from './yaml-text.js';

/** A value that something stronger than every file sets. */
export interface Override {
  path: Path;
  value: unknown;
  /** As shown behind the value: ``environment: LLM_ROUTER_AGENT``. */
  origin: string;
}

/** The whole config as it holds: files over built-in values over defaults, variables over all of them. */
export interface ShownConfig {
  value: Tree;
  /** `file:line:column`, `built-in`, `default`, or the origin of an override. */
  originOf(path: Path): string;
}

/** Fills in the defaults, and what the overrides set. Variables in values are not expanded. */
export function shownConfig(merged: Merged, overrides: readonly Override[]): ShownConfig {
  const models = modelsByTier(merged);
  const withPolicy = mergedWithDefaultPolicy({ ...merged.value, tiers: namesOf(models) });
  const filled = inOrder(withDefaults(withPolicy, []) as Tree);
  const value = overrides.reduce((tree, { path, value: one }) => setAt(tree, path, one), filled);
  return {
    value: masked(value, []) as Tree,
    originOf: (path) => originOfTier(merged, models, path) ?? originOf(merged, overrides, path),
  };
}

/** The part of a shown config at a path as YAML; `origins` writes behind every value where it comes from. */
export function shownYaml(shown: ShownConfig, path: Path, options: { origins: boolean }): string {
  const part = at(shown.value, path);
  const behind = (where: Path) => shown.originOf([...path, ...where]);
  return yamlText(part, options.origins ? { behind } : {});
}

/** Every value with a dotted path and its origin. */
export function shownOrigins(shown: ShownConfig, path: Path): Record<string, string> {
  const value = at(shown.value, path);
  if (!isTree(value) || Object.keys(value).length === 0) return { [path.join('.')]: shown.originOf(path) };
  return Object.assign({}, ...Object.keys(value).map((key) => shownOrigins(shown, [...path, key])));
}

function namesOf(models: Record<Tier, TierModel[]>): Tree {
  return Object.fromEntries(TIERS.map((tier) => [tier, models[tier].map(({ name }) => name)]));
}

/** The places that put models into a tier; `null` when the path is not that of a tier. */
function originOfTier(merged: Merged, models: Record<Tier, TierModel[]>, path: Path): string | null {
  const tier = TIERS.find((name) => path[0] === 'tiers' && path[1] === name && path.length === 2);
  if (tier === undefined) return null;
  const isListed = (model: TierModel) => model.path[0] === 'tiers';
  const lists = models[tier].some(isListed) ? [originOf(merged, [], path)] : [];
  const stated = models[tier].filter((model) => !isListed(model));
  return [...lists, ...stated.map((model) => originOf(merged, [], model.path))].join(', ');
}

function originOf(merged: Merged, overrides: readonly Override[], path: Path): string {
  const override = overrides.find((one) => one.path.join('.') === path.join('.'));
  if (override !== undefined) return override.origin;
  const layer = at(merged.value, path) === undefined ? null : merged.layerOf(path);
  if (layer === null) return 'default';
  const place = merged.place(path, 'value');
  if (layer.name === 'built-in' || place === null) return 'built-in';
  const held = merged.held.find((one) => canonicalJson(one.path) === canonicalJson(path));
  return held === undefined ? formatPlace(place) : heldOrigin(merged, held);
}

/** The origin of a limit of the user's own config, and that of what was asked for in its place. */
function heldOrigin({ own, layers }: Merged, { path, ownPath, items }: Held): string {
  const asked = layers.findLast((layer) => layer.place(path, 'value') !== null)?.place(path, 'value') ?? null;
  const places = [own?.place(ownPath, 'value') ?? null, asked].flatMap((place) =>
    place === null ? [] : [formatPlace(place)],
  );
  return places.join(items === null ? ', over ' : ' and ');
}

/** Sections in the order of their definitions, whichever layer wrote them. */
function inOrder(value: Tree): Tree {
  const order = Object.keys(CONFIG);
  const keys = [...order.filter((key) => Object.hasOwn(value, key)), ...Object.keys(value)];
  return Object.fromEntries([...new Set(keys)].map((key) => [key, value[key]]));
}

/** The policy `default` always applies, even where no file states it. */
function mergedWithDefaultPolicy(value: Tree): Tree {
  const policies = child(value, 'policies');
  const own = child(policies, 'default');
  const sections = { governance: {}, privacy: {} };
  return {
    ...value,
    policies: {
      ...(isTree(policies) ? policies : {}),
      default: { ...sections, ...(isTree(own) ? own : {}) },
    },
    traces: child(value, 'traces') ?? {},
  };
}

/** Adds the defaults of the keys that a map does not state. A map that is not there stays away. */
function withDefaults(value: unknown, path: Path): unknown {
  if (!isTree(value)) return value;
  const keys = keysOf(value, path);
  const filled = entriesOf(value).map(([key, one]): [string, unknown] => {
    const isEmptyEntry = path.length === 1 && one === null;
    return [key, withDefaults(isEmptyEntry ? {} : one, [...path, key])];
  });
  const missing = Object.entries(inherits(path) ? {} : keys).flatMap(([name, key]): [string, unknown][] => {
    const fallback = child(value, name) === undefined ? key.defaultIn(value) : undefined;
    return fallback === undefined ? [] : [[name, fallback]];
  });
  return Object.fromEntries([...filled, ...missing]);
}

/** The keys that a map may have: those of a tool depend on its kind. */
function keysOf(map: Tree, path: Path): Keys {
  const isTool = path[0] === 'tools' && path.length === 2;
  return isTool ? TOOL[kindOfTool(map.kind)] : keysAt(path);
}

/** A policy has what it does not state from the policy `default`. */
function inherits([section, name]: Path): boolean {
  return section === 'policies' && name !== undefined && name !== 'default';
}

function setAt(tree: Tree, [step, ...rest]: Path, value: unknown): Tree {
  if (step === undefined) return tree;
  const inner = child(tree, step);
  return { ...tree, [step]: rest.length === 0 ? value : setAt(isTree(inner) ? inner : {}, rest, value) };
}

/** A literal API key instead of a reference to a variable. */
function masked(value: unknown, path: Path): unknown {
  const [section, , key, name] = path;
  const holdsSecrets = section === 'tools' && (key === 'env_vars' || key === 'headers');
  if (holdsSecrets && path.length === 4 && typeof value === 'string') {
    return isSecretName(String(name)) && value.length >= 8 && !value.includes('${') ? MASK : value;
  }
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one, [...path, key])]));
}
