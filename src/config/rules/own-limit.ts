import { diagnostic } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Held } from '../floors.js';
import { describePath } from '../words.js';
import { flow } from '../yaml-text.js';
import type { Rule, RuleContext } from './rule.js';

/** A limit of the user's own config holds where a stronger config asks for something looser. */
export const ownLimit: Rule = {
  code: 'config/own-limit',
  check: (context) =>
    context.merged.held.flatMap((one) =>
      one.asked === undefined || context.faults.isDoubtful(one.path) ? [] : [heldLimit(context, one)],
    ),
};

function heldLimit({ merged }: RuleContext, { path, ownPath, asked, value, items }: Held): Diagnostic {
  const askedAt = merged.layers.findLast((layer) => layer.place(path, 'value') !== null);
  const own = merged.own?.place(ownPath, 'value') ?? null;
  const what = describePath(path);
  const message =
    items === null
      ? `${what} would be ${shown(asked)}, but your own config holds it at ${shown(value)}`
      : `${what} would be ${shown(asked)}; with that of your own config it is ${shown(value)}`;
  return diagnostic('config/own-limit', message, {
    place: askedAt?.place(path, 'value') ?? null,
    hint: 'only your own config can change its limits',
    related: own === null ? [] : [{ place: own, message: 'your own config says this' }],
  });
}

/** A value on one line; `undefined` is the default. */
function shown(value: unknown): string {
  return value === undefined ? 'the default' : `\`${flow(value)}\``;
}
