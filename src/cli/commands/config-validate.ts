import { namedIn } from '../../config-files/find.js';
import { type LoadedFiles, loadConfigFiles, loadConfigText } from '../../config-files/load.js';
import { misnamedFiles, nearMisses } from '../../config-files/near-misses.js';
import { configsOf } from '../../config-files/together.js';
import { diagnostic } from '../../diagnostics/codes.js';
import { type Diagnostic, formatPlace } from '../../diagnostics/diagnostic.js';
import { diagnosticsJson } from '../../diagnostics/formats/json.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result, unreachable } from '../../domain/result.js';
import { VERSION } from '../../version.generated.js';
import type { CommandContext } from '../context.js';
import { printDiagnostics, reportEarly } from '../report.js';
import { plural } from '../words.js';

/** The options of `config validate`, as the argument parser gives them. */
export interface ValidateOptions {
  format: 'text' | 'json' | 'github' | 'sarif';
  json?: boolean;
  strict?: boolean;
  fix?: boolean;
}

/**
 * `config validate`: all problems at once, of each path as a config of its own, and of files of one project together. Findings are the
 * result: exit 1; 66 when a named path cannot be read.
 */
export async function runConfigValidate(
  context: CommandContext,
  paths: readonly string[],
  options: ValidateOptions,
): Promise<number> {
  const format = options.json === true ? 'json' : options.format;
  const unfixed = options.fix === true ? await fixAll(context, paths) : [];
  const loaded = await loadAll(context, paths);
  if (!loaded.ok) return reportEarly(context, { failure: loaded.error });
  const isStrict = options.strict === true;
  const around = aroundConfig(context, { paths, loaded: loaded.value, isStrict });
  const found = loaded.value.flatMap((one) => one.diagnostics);
  const diagnostics = [...around, ...found];
  await print(context, { format, configs: loaded.value, diagnostics });
  if (loaded.value.some(({ unreadable }) => unreadable.length > 0)) return 66;
  if (unfixed.length > 0) return 1;
  const fails = isStrict ? ['error', 'warning'] : ['error'];
  return diagnostics.some(({ severity }) => fails.includes(severity)) ? 1 : 0;
}

/** What is wrong with the search itself: files that it passes over because of their names, and that it found none. */
function aroundConfig(
  { world, globals }: CommandContext,
  {
    paths,
    loaded,
    isStrict,
  }: { paths: readonly string[]; loaded: readonly LoadedFiles[]; isStrict: boolean },
): Diagnostic[] {
  const { env, cwd, home } = world;
  const search = { explicit: paths.length > 0 ? paths : globals.config, env, cwd, home };
  if (namedIn(search).length > 0) return misnamedFiles(search);
  const misnamed = nearMisses(search);
  const none = loaded.filter(({ files, unreadable }) => files.length + unreadable.length === 0);
  // Nothing but such a file: to call that valid would hide that it is not in force.
  const severity = none.length > 0 ? 'error' : 'warning';
  return [
    ...misnamed.map((one) => ({ ...one, severity }) as const),
    ...none.map(({ searched }) => noConfig(searched, isStrict)),
  ];
}

function noConfig(searched: readonly string[], isStrict: boolean): Diagnostic {
  const places = searched.map((one) => `\`${one}\``).join(', ');
  return diagnostic('config/no-config', `no config file was found in ${places}`, {
    place: null,
    hint: 'write one with `llm-router config init`, or name one with `--config`',
    ...(isStrict ? { severity: 'error' } : {}),
  });
}

/** One fix can make room for the next: so often at most. */
const MAX_ROUNDS = 10;

/** Applies every certain fix to the files and reports each; returns what could not be written. */
async function fixAll(context: CommandContext, paths: readonly string[]): Promise<string[]> {
  const unfixed: string[] = [];
  const named = configsOf(
    paths.filter((one) => one !== '-'),
    context.world.cwd,
  );
  const groups = paths.length > 0 ? named : [[]];
  for (const group of groups) unfixed.push(...(await fixOne(context, group)));
  for (const one of unfixed) await context.output.error(`error: ${one}`);
  return unfixed;
}

async function fixOne(context: CommandContext, paths: readonly string[]): Promise<string[]> {
  const { fixFiles } = await import('../../config-files/fix.js');
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const loaded = await loadAll(context, paths);
    const [config] = loaded.ok ? loaded.value : [];
    if (config === undefined) return [];
    const { mended, trouble } = await fixFiles(config.files, config.diagnostics);
    for (const one of mended) await context.output.say(`fixed: ${changeOf(one)}`);
    if (trouble.length > 0 || mended.length === 0) return trouble;
  }
  return [];
}

function changeOf({ place, message, fix }: Diagnostic): string {
  return `${place === null ? '' : `${formatPlace(place)}: `}${message}: ${fix?.title ?? ''}`;
}

async function loadAll(
  { world, globals }: CommandContext,
  paths: readonly string[],
): Promise<Result<LoadedFiles[], Failure>> {
  const { env, cwd, home } = world;
  const configs: LoadedFiles[] = [];
  for (const explicit of paths.length > 0 ? configsOf(paths, cwd) : [globals.config]) {
    if (explicit[0] !== '-') {
      configs.push(loadConfigFiles({ explicit, env, cwd, home, isAlone: paths.length > 0 }));
      continue;
    }
    const text = await readStdin(world);
    if (!text.ok) return text;
    configs.push(loadConfigText({ file: '<stdin>', text: text.value }, { cwd, home }));
  }
  return ok(configs);
}

async function readStdin({ stdin }: CommandContext['world']): Promise<Result<string, Failure>> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stdin.stream()) chunks.push(Buffer.from(chunk));
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    const reason = error instanceof TypeError ? 'it is not UTF-8 text' : String(error);
    return err(failure('input', `cannot read stdin: ${reason}`));
  }
}

interface Report {
  format: ValidateOptions['format'];
  configs: readonly LoadedFiles[];
  diagnostics: readonly Diagnostic[];
}

async function print(context: CommandContext, report: Report): Promise<void> {
  const { output } = context;
  const { format, diagnostics } = report;
  switch (format) {
    case 'json':
      return output.json(diagnosticsJson(diagnostics));
    case 'github': {
      const { githubAnnotations } = await import('../../diagnostics/formats/github.js');
      return output.file(
        githubAnnotations(diagnostics)
          .map((line) => `${line}\n`)
          .join(''),
      );
    }
    case 'sarif': {
      const { sarifLog } = await import('../../diagnostics/formats/sarif.js');
      return output.file(
        `${JSON.stringify(output.redactor().value(sarifLog(diagnostics, VERSION)), null, 1)}\n`,
      );
    }
    case 'text':
      return printText(context, report);
    default:
      return unreachable(format);
  }
}

async function printText({ output }: CommandContext, { configs, diagnostics }: Report): Promise<void> {
  const sources = new Map(configs.flatMap((one) => [...one.sources]));
  const count = (severity: string): number => diagnostics.filter((one) => one.severity === severity).length;
  const errors = count('error');
  if (diagnostics.length > 0) await printDiagnostics(output, 'stdout', diagnostics, sources);
  let valid = 0;
  for (const config of configs) {
    // With `--strict`, finding no file is an error too.
    if (config.config === null || (config.config.files.length === 0 && errors > 0)) continue;
    await output.data(`${verdict(config, config.config)}\n`);
    valid += 1;
  }
  if (valid === configs.length) return;
  await output.say(`\n${plural(errors, 'error')}, ${plural(count('warning'), 'warning')}`);
}

function verdict({ diagnostics }: LoadedFiles, config: NonNullable<LoadedFiles['config']>): string {
  const { files, agents, tools, models, policies } = config;
  const own = Object.values(tools).filter((tool) => !tool.builtIn).length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const sizes = [
    plural(Object.keys(agents).length, 'agent'),
    `${plural(Object.keys(tools).length, 'tool')} (${own} of your own)`,
    plural(Object.keys(models).length, 'model'),
    Object.keys(policies).length === 1 ? '1 policy' : `${Object.keys(policies).length} policies`,
  ];
  const from = files.length === 0 ? 'no file found, built-in catalogue only' : files.join(', ');
  const also = warnings > 0 ? `, ${plural(warnings, 'warning')}` : '';
  return `Configuration valid: ${sizes.join(', ')}${also} (${from})`;
}
