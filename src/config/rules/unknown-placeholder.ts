import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { PLACEHOLDERS, parseArgument } from '../../domain/template.js';
import { finding } from '../finding.js';
import { at, entriesOf, itemsOf, type Path } from '../tree.js';
import { ownerOf } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';

/** A placeholder in a template that is never filled. */
export const unknownPlaceholder: Rule = {
  code: 'config/unknown-placeholder',
  check: (context) =>
    entries(context, 'tools').flatMap(({ path }) =>
      [
        ...templatesAt(context, [...path, 'command_template']),
        ...templatesAt(context, [...path, 'args']),
        ...inMap(context, [...path, 'access_args']),
        ...inMap(context, [...path, 'env_template']),
        ...templatesAt(context, [...path, 'gateway', 'args']),
        ...inMap(context, [...path, 'gateway', 'env']),
        ...inMap(context, [...path, 'gateway', 'private_files']),
      ].flatMap((where) => unknownIn(context, where)),
    ),
};

const NO_SHELL = 'no shell runs: `args` and `env_vars` take variables; a literal brace is `{{`';

function inMap(context: RuleContext, path: Path): Path[] {
  return entriesOf(at(context.merged.value, path)).flatMap(([key]) => templatesAt(context, [...path, key]));
}

/** Paths of the texts at a path, through lists in lists. */
function templatesAt(context: RuleContext, path: Path): Path[] {
  const value = at(context.merged.value, path);
  if (typeof value === 'string') return [path];
  return Array.isArray(value)
    ? itemsOf(value).flatMap(({ step }) => templatesAt(context, [...path, ...step]))
    : [];
}

function unknownIn(context: RuleContext, path: Path): Diagnostic[] {
  const text = String(at(context.merged.value, path));
  return [...unknownNames(context, path, text), ...halfPlaceholders(context, path, text)];
}

/** A known name with one of its two braces. */
function halfPlaceholders(context: RuleContext, path: Path, text: string): Diagnostic[] {
  const known: readonly string[] = PLACEHOLDERS;
  const rest = text.replace(/\{\{|\}\}|\{[A-Za-z_][A-Za-z0-9_]*\}/g, ' ');
  const halves = [...rest.matchAll(/\{([a-z_]+)(?![a-z_])|(?<![a-z_{])([a-z_]+)\}/g)];
  return halves.flatMap(([half, opened, closed]) => {
    const name = opened ?? closed ?? '';
    if (!known.includes(name)) return [];
    const message = `\`${half}\` in ${ownerOf(path)} lacks a brace and is passed on as it is`;
    const hint = `write \`{${name}}\`; a literal brace is \`{{\` or \`}}\``;
    return [finding(context, { code: 'config/unknown-placeholder', path, message, hint, part: half })];
  });
}

function unknownNames(context: RuleContext, path: Path, text: string): Diagnostic[] {
  const used = parseArgument(text).flatMap((part) => ('placeholder' in part ? [part.placeholder] : []));
  const known: readonly string[] = PLACEHOLDERS;
  const takesVariables = path[2] !== 'access_args';
  return [...new Set(used)]
    .filter((name) => !(takesVariables && name.startsWith('$')))
    .map((name) => name.replace(/^\$/, ''))
    .filter((name) => !known.includes(name))
    .map((name) =>
      finding(context, {
        code: 'config/unknown-placeholder',
        path,
        message: `unknown placeholder \`{${name}}\` in ${ownerOf(path)}`,
        hint: text.includes(`$\{${name}}`) ? NO_SHELL : didYouMean(name, known, 'placeholders'),
        part: `{${name}}`,
        correction: { word: `{${name}}`, to: braced(onlyNear(name, known)) },
      }),
    );
}

function braced(name: string | null): string | null {
  return name === null ? null : `{${name}}`;
}
