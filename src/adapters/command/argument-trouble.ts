import type { Failure } from '../../domain/failure.js';
import { fillArgv, type TemplateArgument, type TemplateValues } from '../../domain/template.js';
import type { Task } from '../adapter.js';
import { refused } from '../refused.js';

/** The longest single argument that Linux takes, in bytes (MAX_ARG_STRLEN without its final NUL). */
export const MAX_ARGUMENT_BYTES = 131_071;

/** What the system would not take of arguments or variables (`NAME=text`); `null` when all is well. */
export function argumentTrouble(
  task: Task,
  given: { what: 'argument' | 'variable'; texts: readonly string[] },
  platform: NodeJS.Platform,
): Failure | null {
  const subject = `${given.what === 'argument' ? 'an argument' : 'a variable'} of tool \`${task.tool.name}\``;
  const hint = "use `prompt: stdin` or a file such as `{prompt_file}` in the tool's definition";
  for (const text of given.texts) {
    if (text.includes('\0')) {
      const message = `${subject} holds a NUL character, which no ${given.what} can`;
      return refused(task, 'invalid_request', message, hint);
    }
    const bytes = platform === 'linux' ? Buffer.byteLength(text) : 0;
    if (bytes > MAX_ARGUMENT_BYTES) {
      const message = `${subject} has ${bytes} bytes, and Linux takes at most ${MAX_ARGUMENT_BYTES}`;
      return refused(task, 'invalid_request', message, hint);
    }
  }
  return null;
}

/** Values that people choose freely: only these could turn into an option. */
const FREE = new Set(['prompt', 'prompt_file', 'system', 'session', 'model', 'trace_id', 'tool_session_id']);

/** A freely chosen value that the tool could take for an option; `null` when there is none. */
export function optionTrouble(
  task: Task,
  kept: readonly TemplateArgument[],
  values: TemplateValues,
): Failure | null {
  for (const [index, argument] of kept.entries()) {
    if (literalOf(argument) === '--') return null;
    const [first] = argument;
    if (first === undefined || !('placeholder' in first) || !FREE.has(first.placeholder)) continue;
    if (takesValue(kept[index - 1])) continue;
    const filled = fillArgv([{ argument }], values);
    if (!filled.ok || filled.value[0]?.startsWith('-') !== true) continue;
    const name = first.placeholder;
    const message = `tool \`${task.tool.name}\` could take the value of \`{${name}}\` for an option, since it starts with \`-\``;
    const hint =
      name === 'prompt'
        ? 'use `prompt: stdin`, or put `--` before `{prompt}`'
        : `put \`--\` before \`{${name}}\``;
    return refused(task, 'invalid_request', message, hint);
  }
  return null;
}

/** `--name` takes the next argument as its value, whatever that starts with; `--name=value` has one already. */
function takesValue(argument: TemplateArgument | undefined): boolean {
  const literal = argument === undefined ? null : literalOf(argument);
  return literal !== null && /^-./.test(literal) && !literal.includes('=');
}

function literalOf(argument: TemplateArgument): string | null {
  const [only] = argument;
  return argument.length === 1 && only !== undefined && 'literal' in only ? only.literal : null;
}
