import { err, ok, type Result } from '../../domain/result.js';
import { parseArgument, splitCommand, type TemplateArgument } from '../../domain/template.js';
import { at, itemsOf, type Path } from '../tree.js';
import { entries, type RuleContext } from './rule.js';

/** The command line of a tool as it is written. */
export interface WrittenCommand {
  tool: string;
  binary: string;
  /** Of the command or of the list. */
  path: Path;
  /** The one line; `null` when it is a list. */
  line: string | null;
  /** Its words in order, groups flattened, each with its path. */
  words: { text: string; path: Path }[];
}

/** The command lines of all tools; what cannot be read is left out. */
export function commandsOf(context: RuleContext): WrittenCommand[] {
  return entries(context, 'tools').flatMap(({ name, entry, path }) => {
    const binary = typeof entry.binary === 'string' ? entry.binary : '';
    const line = entry.command_template;
    const where = [...path, typeof line === 'string' ? 'command_template' : 'args'];
    const words = typeof line === 'string' ? wordsOf(line, where) : wordsAt(context, where);
    if (!words.ok || context.faults.isDoubtful(where) || context.faults.hasFaultInside(where)) return [];
    return [
      { tool: name, binary, path: where, line: typeof line === 'string' ? line : null, words: words.value },
    ];
  });
}

/** The arguments of a command as templates, in order. */
export function argumentsOf(command: WrittenCommand): { template: TemplateArgument; path: Path }[] {
  return command.words.map(({ text, path }) => ({ template: parseArgument(text), path }));
}

function wordsOf(line: string, path: Path): Result<{ text: string; path: Path }[], string> {
  const words = splitCommand(line);
  return words.ok ? ok(words.value.map((text) => ({ text, path }))) : err(words.error);
}

function wordsAt(context: RuleContext, path: Path): Result<{ text: string; path: Path }[], string> {
  const value = at(context.merged.value, path);
  const found = itemsOf(value).flatMap(({ item, step }) => {
    const group = Array.isArray(item) ? itemsOf(item) : [{ item, step: [] }];
    return group.map((one) => ({ text: one.item, path: [...path, ...step, ...one.step] }));
  });
  return ok(
    found.flatMap(({ text, path: where }) => (typeof text === 'string' ? [{ text, path: where }] : [])),
  );
}
