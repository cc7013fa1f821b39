import type { CommandTool } from '../../config/types.js';
import type { Failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { settingNames } from '../../domain/setting-names.js';
import {
  type ArgvTemplate,
  fillArgv,
  placeholdersOf,
  type TemplateArgument,
  type TemplateValues,
  variableOf,
} from '../../domain/template.js';
import type { Environment, Task } from '../adapter.js';
import { refused } from '../refused.js';
import { argumentTrouble, optionTrouble } from './argument-trouble.js';
import { type PrivatePlaces, SHOWN_GATEWAY, SHOWN_PLACES, valuesOf } from './placeholder-values.js';
import { escaped } from './prompt-escapes.js';
import type { Translation } from './wsl.js';

/** A filled template: command line, standard input and private files. */
export interface CommandLine {
  /** The program first. */
  argv: string[];
  /** The command line for display and records, with placeholders instead of prompt and system text. */
  publicArgv: string[];
  /** For `--dry-run`: with the prompt, and names instead of variables. */
  previewArgv: string[];
  /** Variables of `env_template`. */
  variables: Record<string, string>;
  /** `null`: stdin is closed from the start. */
  stdin: string | null;
  /** Texts to write before the start; `null`: the file is not used. */
  promptFile: string | null;
  systemFile: string | null;
  schemaFile: string | null;
  /** Names and texts of the files of the tool's definition. */
  privateFiles: Readonly<Record<string, string>>;
  /** Whether the tool writes into a private file, or gets a folder for its temp files. */
  needsFolder: boolean;
}

/**
 * Fills a tool's templates for a task. Fails with `invalid_request` when a value is missing, an access level is not
 * offered, or an argument or variable is too long, contains NUL or could be read as an option; with `model_not_found` without a model.
 */
export function commandLine(
  task: Task<CommandTool>,
  where: {
    places: PrivatePlaces;
    platform: NodeJS.Platform;
    env: Environment;
    /** `null`: the task uses none. */
    gatewayUrl: string | null;
    /** Of the paths in it [none]. */
    translation?: Translation | null;
  },
): Result<CommandLine, Failure> {
  const access = accessArgs(task);
  if (!access.ok) return access;
  const template = templateOf(task);
  const values = {
    ...valuesOf(task, where.places, { ...where, access: access.value }),
    ...variableValues(task.tool, where.env),
  };
  const kept = keptArguments(template, values);
  const keptVariables = variablesWithValues(task, values);
  const used = usedBy(kept, keptVariables);
  const prompt = promptText(task, used);
  const ownFile = prompt === task.prompt ? task.promptFile : null;
  const promptFile = ownFile === null ? null : (where.translation?.toWindows(ownFile) ?? ownFile);
  const filled = { ...values, prompt, ...(promptFile === null ? {} : { prompt_file: promptFile }) };
  const argv = fillArgv(template, filled);
  if (!argv.ok) return err(missingValue(task, argv.error.missing));
  const variables = Object.fromEntries(keptVariables.map(([name, text]) => [name, fillText(text, filled)]));
  const trouble =
    argumentTrouble(task, { what: 'argument', texts: argv.value }, where.platform) ??
    argumentTrouble(task, { what: 'variable', texts: assignments(variables) }, where.platform) ??
    optionTrouble(task, kept, filled);
  if (trouble !== null) return err(trouble);
  return ok({
    argv: argv.value,
    previewArgv: previewArgv(template, filled) ?? argv.value,
    publicArgv: publicArgv(task, template, { filled: { ...filled, gateway_url: SHOWN_GATEWAY }, used }),
    variables,
    stdin: task.tool.prompt === 'stdin' ? prompt : null,
    promptFile: used.has('prompt_file') && ownFile === null ? prompt : null,
    systemFile: used.has('system_file') ? task.system : null,
    schemaFile: used.has('schema_file') ? task.schema : null,
    privateFiles: privateFiles(task, filled),
    needsFolder: needsFolder(task, used, ownFile),
  });
}

function publicArgv(
  task: Task<CommandTool>,
  template: ArgvTemplate,
  { filled, used }: { filled: TemplateValues; used: ReadonlySet<string> },
): string[] {
  const system = task.system === null ? null : '{system}';
  const prompt = promptText({ ...task, prompt: '{prompt}', system }, used);
  const argv = fillArgv(template, { ...filled, ...shownVariables(filled), prompt, system });
  return argv.ok ? argv.value : [];
}

function previewArgv(template: ArgvTemplate, filled: TemplateValues): string[] | null {
  const argv = fillArgv(template, { ...filled, ...shownVariables(filled) });
  return argv.ok ? argv.value : null;
}

/** The variables that the templates of a tool name; one that is not set, or empty, has no value. */
function variableValues(tool: CommandTool, env: Environment): TemplateValues {
  return Object.fromEntries(variablesIn(tool).map((name) => [`$${name}`, env[name] || null]));
}

/** What previews and records show of variables: they may be secret. */
function shownVariables(filled: TemplateValues): TemplateValues {
  const set = Object.entries(filled).filter(([name, value]) => variableOf(name) !== null && value !== null);
  return Object.fromEntries(set.map(([name]) => [name, `$\{${variableOf(name)}}`]));
}

function variablesIn({ argv, envTemplate }: CommandTool): string[] {
  const used = placeholdersOf([...argv, { group: Object.values(envTemplate) }]);
  return used.flatMap((placeholder) => variableOf(placeholder) ?? []);
}

/** Options of a task that its tool does not support. */
export function ignoredOptions(task: Task<CommandTool>): { option: string; detail: string }[] {
  const values = valuesOf(task, SHOWN_PLACES, { access: [], gatewayUrl: SHOWN_GATEWAY });
  const used = usedBy(keptArguments(task.tool.argv, values), variablesWithValues(task, values));
  const unplaced = ['max_tokens', 'temperature', 'effort', 'max_cost_usd'].filter(
    (option) => (values[option] ?? null) !== null && !used.has(option) && !isHeldElsewhere(task, option),
  );
  return [...unplaced, ...(task.stop.length > 0 ? ['stop'] : [])].map((option) => ({
    option,
    detail: `tool \`${task.tool.name}\` does not support it`,
  }));
}

/** The gateway holds the cap of a tool that does not know it. */
function isHeldElsewhere({ usesGateway }: Task, option: string): boolean {
  return usesGateway && option === 'max_cost_usd';
}

/** The arguments of the tool, then those of its gateway. */
function templateOf({ tool, usesGateway }: Task<CommandTool>): ArgvTemplate {
  return withBinary([...tool.argv, ...(usesGateway ? (tool.gateway?.args ?? []) : [])]);
}

/** The files of the tool's definition, then those of its gateway. */
function privateFiles(task: Task<CommandTool>, filled: TemplateValues): Record<string, string> {
  const ofGateway = Object.entries(gatewayFiles(task)).map(([name, text]) => [name, fillText(text, filled)]);
  return { ...task.tool.privateFiles, ...Object.fromEntries(ofGateway) };
}

function gatewayFiles({ tool, usesGateway }: Task<CommandTool>): Readonly<Record<string, TemplateArgument>> {
  return (usesGateway ? tool.gateway?.privateFiles : undefined) ?? {};
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

/** The arguments without groups that lack a value. */
function keptArguments(template: ArgvTemplate, values: TemplateValues): TemplateArgument[] {
  return template.flatMap((item) => {
    if (!('group' in item)) return [item.argument];
    return isComplete(item.group, values) ? item.group : [];
  });
}

function variablesWithValues(
  { tool, usesGateway }: Task<CommandTool>,
  values: TemplateValues,
): [string, TemplateArgument][] {
  const ofGateway = usesGateway ? tool.gateway?.env : {};
  return Object.entries({ ...tool.envTemplate, ...ofGateway }).filter(([, text]) =>
    isComplete([text], values),
  );
}

function isComplete(texts: readonly TemplateArgument[], values: TemplateValues): boolean {
  return placeholdersOf([{ group: texts }]).every((name) => (values[name] ?? null) !== null);
}

function usedBy(
  kept: readonly TemplateArgument[],
  variables: readonly (readonly [string, TemplateArgument])[],
): Set<string> {
  return new Set(placeholdersOf([{ group: [...kept, ...variables.map(([, text]) => text)] }]));
}

/** A filled text, if all its placeholders have a value; a list becomes words. */
function fillText(text: TemplateArgument, values: TemplateValues): string {
  const filled = fillArgv([{ argument: text }], values);
  return filled.ok ? filled.value.join(' ') : '';
}

function assignments(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, text]) => `${name}=${text}`);
}

/** The prompt with the parts that the tool does not support as options: the system text before, the schema of the answer after it. */
function promptText(task: Task<CommandTool>, used: ReadonlySet<string>): string {
  const system = used.has('system') || used.has('system_file') ? null : task.system;
  const schema = used.has('schema') || used.has('schema_file') ? null : task.schema;
  const order =
    schema === null ? null : `Answer with nothing but JSON that satisfies this JSON Schema:\n${schema}`;
  const whole = [system, task.prompt, order].filter((part) => part !== null).join('\n\n');
  return escaped(whole, task.tool.promptEscapes);
}

function needsFolder(task: Task<CommandTool>, used: ReadonlySet<string>, ownFile: string | null): boolean {
  const files = { ...task.tool.privateFiles, ...gatewayFiles(task) };
  if (task.tool.privateTmp || Object.keys(files).length > 0) return true;
  if (used.has('prompt_file') && ownFile === null) return true;
  return ['system_file', 'output_file', 'usage_file', 'schema_file', 'private_dir'].some((name) =>
    used.has(name),
  );
}

function missingValue(task: Task, name: string): Failure {
  const variable = variableOf(name);
  if (variable !== null) {
    const message = `\`${variable}\` is not set, and the arguments of tool \`${task.tool.name}\` need it`;
    return refused(task, 'tool_not_found', message, `set the variable \`${variable}\``);
  }
  if (name === 'model') {
    return refused(
      task,
      'model_not_found',
      `tool \`${task.tool.name}\` needs a model`,
      `name one with ${settingNames(task.origin).model} or \`preferred_model\``,
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
