import { isTree, type Path, type Tree } from './tree.js';

/** Keys of one entry of which the stronger layer's choice replaces the weaker's. */
const ALTERNATIVES: readonly (readonly [section: string, one: string, other: string])[] = [
  ['tools', 'args', 'command_template'],
  ['agents', 'system', 'system_file'],
];

/** Lays a stronger tree over a weaker one: maps field by field, everything else replaced. */
export function mergeTrees(weak: Tree, strong: Tree): Tree {
  return mergeMaps(weak, strong, []);
}

function mergeMaps(weak: Tree, strong: Tree, path: Path): Tree {
  const base = withoutAlternatives(weak, strong, path);
  const overlaid = Object.entries(strong).map(
    ([key, value]) => [key, mergeValues(own(base, key), value, [...path, key])] as const,
  );
  return { ...base, ...Object.fromEntries(overlaid) };
}

function own(map: Tree, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** A section or entry without content changes nothing. */
function mergeValues(weak: unknown, strong: unknown, path: Path): unknown {
  if (strong === null && isTree(weak)) return weak;
  if (isGrammarOfItsOwn(strong, path)) return strong;
  return isTree(weak) && isTree(strong) && isMerged(path) ? mergeMaps(weak, strong, path) : strong;
}

/** An `output` with its own `format` replaces that of weaker layers, which describe another output. */
function isGrammarOfItsOwn(strong: unknown, path: Path): boolean {
  return (
    path.length === 3 &&
    path[0] === 'tools' &&
    path[2] === 'output' &&
    isTree(strong) &&
    own(strong, 'format') !== undefined
  );
}

/** Selectors and filters in `output` are values: half of one and half of another would mean nothing. */
function isMerged(path: Path): boolean {
  if (path[0] !== 'tools' || path[2] !== 'output' || path.length === 3) return true;
  return path.length === 4 && (path[3] === 'usage' || path[3] === 'usage_so_far' || path[3] === 'error');
}

function withoutAlternatives(weak: Tree, strong: Tree, path: Path): Tree {
  if (path.length !== 2) return weak;
  const dropped = ALTERNATIVES.filter(([section]) => section === path[0]).flatMap(([, one, other]) => {
    const hasOne = Object.hasOwn(strong, one);
    const hasOther = Object.hasOwn(strong, other);
    return [...(hasOne && !hasOther ? [other] : []), ...(hasOther && !hasOne ? [one] : [])];
  });
  if (path[0] === 'tools' && hasCommandWithoutLevels(strong)) dropped.push('access_args');
  return Object.fromEntries(Object.entries(weak).filter(([key]) => !dropped.includes(key)));
}

/** A custom command without a placeholder for access levels: those of the replaced command do not apply. */
function hasCommandWithoutLevels(strong: Tree): boolean {
  const command = own(strong, 'args') ?? own(strong, 'command_template');
  return command !== undefined && !JSON.stringify(command).includes('{access_args}');
}
