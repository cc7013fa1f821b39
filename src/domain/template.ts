import { err, ok, type Result } from './result.js';

/** The names of placeholders in argv templates. */
export const PLACEHOLDERS = [
  'binary',
  'model',
  'prompt',
  'prompt_file',
  'system',
  'system_file',
  'output_file',
  'usage_file',
  'schema',
  'schema_file',
  'cwd',
  'max_tokens',
  'temperature',
  'effort',
  'max_cost_usd',
  'tool_session_id',
  'session',
  'trace_id',
  'timeout_seconds',
  'access_args',
  'private_dir',
  'gateway_url',
] as const;

/** A piece of one argument: literal text, or a placeholder by name (which may be unknown until validated). */
export type TemplatePart = { literal: string } | { placeholder: string };

/** One argument of a template. */
export type TemplateArgument = readonly TemplatePart[];

/** Arguments in order; a group is dropped as a whole when one of its placeholders has no value. */
export type ArgvTemplate = readonly (
  | { argument: TemplateArgument }
  | { group: readonly TemplateArgument[] }
)[];

/** Values to fill in; `null` counts as missing. `access_args` is a list and must be alone in its argument. */
export type TemplateValues = Readonly<Partial<Record<string, string | readonly string[] | null>>>;

/**
 * Splits a command template the way a POSIX shell splits words: blanks separate, single and double quotes keep together, a
 * backslash takes the next character literally. Nothing else is special, since no shell runs.
 */
export function splitCommand(text: string): Result<string[], string> {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== null) {
      if (char === quote) quote = null;
      else if (quote === '"' && char === '\\' && /["\\]/.test(text[i + 1] ?? '')) word += text[++i] ?? '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') {
      if (i + 1 === text.length) return err('a backslash at the end escapes nothing');
      word = (word ?? '') + (text[++i] ?? '');
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== null) return err(`the quote ${quote} is not closed`);
  if (word !== null) words.push(word);
  return ok(words);
}

/** Parses one argument: `{name}` is a placeholder, `${NAME}` a variable, `{{` and `}}` are literal braces; any other brace is literal too. */
export function parseArgument(text: string): TemplateArgument {
  const parts: TemplatePart[] = [];
  let literal = '';
  const pattern = /\{\{|\}\}|(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    const name = match[2];
    if (name === undefined) {
      literal += match[0].charAt(0);
      continue;
    }
    if (literal !== '') parts.push({ literal });
    literal = '';
    parts.push({ placeholder: `${match[1]}${name}` });
  }
  literal += text.slice(end);
  if (literal !== '' || parts.length === 0) parts.push({ literal });
  return parts;
}

/** The variable that a placeholder stands for; `null` for any other placeholder. */
export function variableOf(placeholder: string): string | null {
  return placeholder.startsWith('$') ? placeholder.slice(1) : null;
}

/** Parses the list form; a nested list is an optional group. */
export function parseArgv(items: readonly (string | readonly string[])[]): ArgvTemplate {
  return items.map((item) =>
    typeof item === 'string' ? { argument: parseArgument(item) } : { group: item.map(parseArgument) },
  );
}

/** The placeholders of a template, in order, with repeats. */
export function placeholdersOf(template: ArgvTemplate): string[] {
  const found: string[] = [];
  for (const item of template) {
    for (const argument of 'group' in item ? item.group : [item.argument])
      for (const part of argument) if ('placeholder' in part) found.push(part.placeholder);
  }
  return found;
}

/** An argument that starts with a placeholder, so that its value may start with `-`. */
export interface LeadingPlaceholder {
  index: number;
  argument: TemplateArgument;
  placeholder: string;
  /** The option before it, of which it may be the value: `--name`; `null` when there is none. */
  option: string | null;
}

/** The arguments before `--` that start with a placeholder. */
export function leadingPlaceholders(args: readonly TemplateArgument[]): LeadingPlaceholder[] {
  const end = args.findIndex((argument) => literalOf(argument) === '--');
  return args.slice(0, end === -1 ? undefined : end).flatMap((argument, index) => {
    const [first] = argument;
    if (first === undefined || !('placeholder' in first)) return [];
    return [{ index, argument, placeholder: first.placeholder, option: optionOf(args[index - 1]) }];
  });
}

/** `--name` may take the next argument as its value; `--name=value` has one already. */
function optionOf(argument: TemplateArgument | undefined): string | null {
  const literal = argument === undefined ? null : literalOf(argument);
  return literal !== null && /^-./.test(literal) && !literal.includes('=') ? literal : null;
}

function literalOf(argument: TemplateArgument): string | null {
  const [only] = argument;
  return argument.length === 1 && only !== undefined && 'literal' in only ? only.literal : null;
}

/**
 * Fills a template: a value never becomes a second argument. A group with a missing value is dropped; a missing value
 * elsewhere is the error, by name. `{access_args}` alone in an argument splices its list in.
 */
export function fillArgv(
  template: ArgvTemplate,
  values: TemplateValues,
): Result<string[], { missing: string }> {
  const argv: string[] = [];
  for (const item of template) {
    const group = 'group' in item ? item.group : [item.argument];
    const missing = group.flatMap((argument) => missingIn(argument, values));
    if (missing[0] !== undefined) {
      if ('group' in item) continue;
      return err({ missing: missing[0] });
    }
    for (const argument of group) argv.push(...fillArgument(argument, values));
  }
  return ok(argv);
}

function missingIn(argument: TemplateArgument, values: TemplateValues): string[] {
  return argument.flatMap((part) =>
    'placeholder' in part && (values[part.placeholder] ?? null) === null ? [part.placeholder] : [],
  );
}

function fillArgument(argument: TemplateArgument, values: TemplateValues): string[] {
  const [only] = argument;
  if (argument.length === 1 && only !== undefined && 'placeholder' in only) {
    const value = values[only.placeholder];
    if (Array.isArray(value)) return [...value];
  }
  return [
    argument
      .map((part) => ('literal' in part ? part.literal : [values[part.placeholder] ?? ''].flat().join(' ')))
      .join(''),
  ];
}
