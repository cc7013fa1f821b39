import type { CommandTool } from '../../config/types.js';
import { toUsd } from '../../domain/cost.js';
import { type Failure, type FailureType, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import {
  type ArgvTemplate,
  fillArgv,
  placeholdersOf,
  type TemplateArgument,
  type TemplateValues,
} from '../../domain/template.js';
import type { Task } from '../adapter.js';

/** Paths of the private files of one run. */
export interface PrivatePlaces {
  promptFile: string;
  systemFile: string;
  outputFile: string;
  usageFile: string;
  schemaFile: string;
}

/** What a preview shows instead of real paths. */
export const SHOWN_PLACES: PrivatePlaces = placesIn('<temp>');

/** The names of the private files inside a folder. */
export function placesIn(folder: string): PrivatePlaces {
  return {
    promptFile: `${folder}/prompt.txt`,
    systemFile: `${folder}/system.txt`,
    outputFile: `${folder}/output.txt`,
    usageFile: `${folder}/usage.json`,
    schemaFile: `${folder}/schema.json`,
  };
}

/** A filled template: what to start, what to write into it, and the private files that it refers to. */
export interface CommandLine {
  /** The program first. */
  argv: string[];
  /** `null`: nothing is written, stdin is closed from the start. */
  stdin: string | null;
  /** Texts to write before the start; `null` where the file is not used. */
  promptFile: string | null;
  systemFile: string | null;
  schemaFile: string | null;
  /** The tool is told to write into a private file, or is given a place for its temp files. */
  needsFolder: boolean;
}

/** The longest single argument that Linux takes, in bytes (MAX_ARG_STRLEN without its final NUL). */
export const MAX_ARGUMENT_BYTES = 131_071;

/**
 * Fills a tool's template for a task. Fails with `invalid_request` where a value is missing, an access level is not
 * offered, or an argument is too long, holds NUL or could be taken for an option; with `model_not_found` without a model.
 */
export function commandLine(
  task: Task<CommandTool>,
  where: { places: PrivatePlaces; platform: NodeJS.Platform },
): Result<CommandLine, Failure> {
  const access = accessArgs(task);
  if (!access.ok) return access;
  const template = withBinary(task.tool.argv);
  const values = valuesOf(task, where.places, access.value);
  const kept = keptArguments(template, values);
  const used = new Set(placeholdersOf(kept.map((argument) => ({ argument }))));
  const prompt = promptText(task, used);
  const ownFile = prompt === task.prompt ? task.promptFile : null;
  const filled = { ...values, prompt, prompt_file: ownFile ?? where.places.promptFile };
  const argv = fillArgv(template, filled);
  if (!argv.ok) return err(missingValue(task, argv.error.missing));
  const trouble = argumentTrouble(task, argv.value, where.platform) ?? optionTrouble(task, kept, filled);
  if (trouble !== null) return err(trouble);
  return ok({
    argv: argv.value,
    stdin: task.tool.prompt === 'stdin' ? prompt : null,
    promptFile: used.has('prompt_file') && ownFile === null ? prompt : null,
    systemFile: used.has('system_file') ? task.system : null,
    schemaFile: used.has('schema_file') ? task.schema : null,
    needsFolder: needsFolder(task.tool, used, ownFile),
  });
}

/** Options of a task that have a value but no place in its tool. */
export function ignoredOptions(task: Task<CommandTool>): { option: string; detail: string }[] {
  const values = valuesOf(task, SHOWN_PLACES, []);
  const kept = keptArguments(task.tool.argv, values);
  const used = new Set(placeholdersOf(kept.map((argument) => ({ argument }))));
  return ['max_tokens', 'temperature', 'effort', 'max_cost_usd']
    .filter((option) => (values[option] ?? null) !== null && !used.has(option))
    .map((option) => ({ option, detail: `tool \`${task.tool.name}\` has no place for it` }));
}

/** A failure of this task, before anything ran. */
export function refused(task: Task, type: FailureType, message: string, hint: string | null): Failure {
  return failure(type, message, { hint, tool: task.tool.name, model: task.modelName });
}

function accessArgs(task: Task<CommandTool>): Result<readonly string[], Failure> {
  const levels = task.tool.accessArgs;
  if (levels === null) return ok([]);
  const args = levels[task.access];
  if (args !== undefined) return ok(args);
  const offered = Object.keys(levels).map((level) => `\`${level}\``);
  const message = `tool \`${task.tool.name}\` does not offer access \`${task.access}\``;
  return err(refused(task, 'invalid_request', message, `it offers ${offered.join(', ') || 'no level'}`));
}

/** A template in list form names the arguments only; the program comes first. */
function withBinary(template: ArgvTemplate): ArgvTemplate {
  if (placeholdersOf(template).includes('binary')) return template;
  return [{ argument: [{ placeholder: 'binary' }] }, ...template];
}

function valuesOf(task: Task<CommandTool>, places: PrivatePlaces, access: readonly string[]): TemplateValues {
  return {
    binary: task.binaryPath ?? task.tool.binary.value,
    model: task.modelId,
    prompt: task.prompt,
    prompt_file: places.promptFile,
    system: task.system,
    system_file: task.system === null ? null : places.systemFile,
    output_file: places.outputFile,
    usage_file: places.usageFile,
    schema: task.schema,
    schema_file: task.schema === null ? null : places.schemaFile,
    cwd: task.cwd,
    max_tokens: textOf(task.maxTokens),
    temperature: textOf(task.temperature),
    effort: task.effort,
    max_cost_usd: task.maxCostMicroUsd === null ? null : String(toUsd(task.maxCostMicroUsd)),
    tool_session_id: task.toolSessionId,
    session: task.session,
    trace_id: task.ids.traceId,
    timeout_seconds: String(Math.ceil(task.timeoutMs / 1000)),
    access_args: access,
  };
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}

/** The arguments that stay once groups with a missing value are dropped. */
function keptArguments(template: ArgvTemplate, values: TemplateValues): TemplateArgument[] {
  return template.flatMap((item) => {
    if (!('group' in item)) return [item.argument];
    return placeholdersOf([item]).every((name) => (values[name] ?? null) !== null) ? item.group : [];
  });
}

/** What the tool has no argument for is said in the prompt: the system text before it, the schema of the answer after it. */
function promptText(task: Task, used: ReadonlySet<string>): string {
  const system = used.has('system') || used.has('system_file') ? null : task.system;
  const schema = used.has('schema') || used.has('schema_file') ? null : task.schema;
  const order =
    schema === null ? null : `Answer with nothing but JSON that satisfies this JSON Schema:\n${schema}`;
  return [system, task.prompt, order].filter((part) => part !== null).join('\n\n');
}

function needsFolder(tool: CommandTool, used: ReadonlySet<string>, ownFile: string | null): boolean {
  if (tool.privateTmp || (used.has('prompt_file') && ownFile === null)) return true;
  return ['system_file', 'output_file', 'usage_file', 'schema_file'].some((name) => used.has(name));
}

function missingValue(task: Task, name: string): Failure {
  if (name === 'model') {
    return refused(
      task,
      'model_not_found',
      `tool \`${task.tool.name}\` needs a model`,
      'name one with `--model` or `preferred_model`',
    );
  }
  const message = `tool \`${task.tool.name}\` needs a value for \`{${name}}\``;
  return refused(
    task,
    'invalid_request',
    message,
    'give it, or put its arguments into an optional group (a nested list)',
  );
}

function argumentTrouble(task: Task, argv: readonly string[], platform: NodeJS.Platform): Failure | null {
  const hint = "use `prompt: stdin` or `{prompt_file}` in the tool's definition";
  for (const argument of argv) {
    if (argument.includes('\0')) {
      const message = `an argument of tool \`${task.tool.name}\` holds a NUL character, which no argument can`;
      return refused(task, 'invalid_request', message, hint);
    }
    const bytes = platform === 'linux' ? Buffer.byteLength(argument) : 0;
    if (bytes > MAX_ARGUMENT_BYTES) {
      const message = `an argument of tool \`${task.tool.name}\` has ${bytes} bytes, and Linux takes at most ${MAX_ARGUMENT_BYTES}`;
      return refused(task, 'invalid_request', message, hint);
    }
  }
  return null;
}

/** Values that people choose freely: only these could turn into an option. */
const FREE = new Set(['prompt', 'prompt_file', 'system', 'session', 'model', 'trace_id', 'tool_session_id']);

function optionTrouble(
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
