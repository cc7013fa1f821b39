import { type Defined, definedIn } from '../keys/lookup.js';
import { entries, type RuleContext } from './rule.js';

const SECTIONS = ['agents', 'tools', 'models', 'policies'];

/** Every value of the config with the definition of its key; of the sections those in entries that the user states. */
export function statedValues(context: RuleContext): Defined[] {
  const known = FOUND.get(context);
  if (known !== undefined) return known;
  const found = findStated(context);
  FOUND.set(context, found);
  return found;
}

/** Several rules look at the same values. */
const FOUND = new WeakMap<RuleContext, Defined[]>();

function findStated(context: RuleContext): Defined[] {
  const others = Object.entries(context.merged.value).filter(([key]) => !SECTIONS.includes(key));
  return [
    ...definedIn([], Object.fromEntries(others)),
    ...SECTIONS.flatMap((section) => entries(context, section)).flatMap(({ path, entry }) =>
      definedIn(path, entry),
    ),
  ];
}
