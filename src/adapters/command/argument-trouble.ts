import type { Failure } from '../../domain/failure.js';
import {
  fillArgv,
  leadingPlaceholders,
  type TemplateArgument,
  type TemplateValues,
} from '../../domain/template.js';
import type { Task } from '../adapter.js';
import { refused } from '../refused.js';

/** The longest single argument that Linux takes, in bytes (MAX_ARG_STRLEN without its final NUL). */
export const MAX_ARGUMENT_BYTES = 131_071;

/** Why the system would not pass an argument or variable (`NAME=text`); `null`: it would. */
export function argumentTrouble(
  task: Task,
  given: { what: 'argument' | 'variable'; texts: readonly string[] },
  platform: NodeJS.Platform,
): Failure | null {
  const subject = `${given.what === 'argument' ? 'an argument' : 'a variable'} of tool \`${task.tool.name}\``;
  const hint = "use `prompt: stdin` or a file such as `{prompt_file}` in the tool's definition";
  for (const text of given.texts) {
    if (text.includes('\0')) {
      const message = `${subject} contains a NUL character, which no ${given.what} can`;
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

/** What the config writes as options, and the program itself. */
const OPTIONS_ON_PURPOSE = new Set(['access_args', 'binary']);

/**
 * A value that the tool could read as an option; `null`: none. Also after an option, since many parsers read a word that
 * starts with `-` as an option even there.
 */
export function optionTrouble(
  task: Task,
  kept: readonly TemplateArgument[],
  values: TemplateValues,
): Failure | null {
  for (const { argument, placeholder: name, option } of leadingPlaceholders(kept)) {
    if (OPTIONS_ON_PURPOSE.has(name)) continue;
    const filled = fillArgv([{ argument }], values);
    if (!filled.ok || filled.value[0]?.startsWith('-') !== true) continue;
    const message = `tool \`${task.tool.name}\` could read the value of \`{${name}}\` as an option, since it starts with \`-\``;
    return refused(task, 'invalid_request', message, hintFor(name, option));
  }
  return null;
}

function hintFor(name: string, option: string | null): string {
  const safe = option === null ? `put \`--\` before \`{${name}}\`` : `write \`${option}={${name}}\``;
  return name === 'prompt' ? `use \`prompt: stdin\`, or ${safe}` : safe;
}
