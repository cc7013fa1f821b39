import path from 'node:path';
import { CONFIG_FILE, CONFIG_FOLDER, shownPath } from '../../config-files/find.js';
import { type ReadMigration, readMigration, writeMigration } from '../../config-files/migrate.js';
import { type Failure, failure } from '../../domain/failure.js';
import { unreachable } from '../../domain/result.js';
import { reasonOf } from '../../files.js';
import type { CommandContext } from '../context.js';
import { printDiagnostics, reportEarly } from '../report.js';
import { shellCommand } from '../shell-command.js';
import { trustProject } from '../trust.js';

/**
 * `config migrate <old>`: converts an old config in its place. `--check` exits 1 if that is to be done; 66: it cannot be read,
 * 78: it is of no known router, or the new config would not be valid.
 */
export async function runConfigMigrate(
  context: CommandContext,
  old: string,
  options: { check?: boolean; stdout?: boolean },
): Promise<number> {
  const read = await readMigration(old, context.world.cwd);
  if (!read.ok) return reportEarly(context, { failure: failure('input', read.error.message) });
  const { migration, sources } = read.value;
  switch (migration.kind) {
    case 'current':
      await context.output.say(`${old} is already in the current format`);
      return 0;
    case 'unknown':
      return reportEarly(context, { failure: unknownFormat(old) });
    case 'broken': {
      const broken = failure('config', `\`${old}\` cannot be read as YAML`);
      return reportEarly(context, { failure: broken, diagnostics: migration.diagnostics, sources });
    }
    case 'converted':
      if (options.check === true) return announce(context, old, migration.from);
      return deliver(context, { old, read: read.value, migration, toStdout: options.stdout === true });
    default:
      return unreachable(migration);
  }
}

function unknownFormat(old: string): Failure {
  return failure('config', `\`${old}\` is not a config of lee-llm-router or llm-service`, {
    hint: 'a config of version 1 starts with `version: 1`; check it with `llm-router config validate`',
  });
}

async function announce({ output }: CommandContext, old: string, from: string): Promise<number> {
  await output.say(
    `${old} is a config of ${from}: \`${shellCommand(['llm-router', 'config', 'migrate', old])}\` converts it`,
  );
  return 1;
}

async function deliver(
  context: CommandContext,
  given: {
    old: string;
    read: ReadMigration;
    migration: Extract<ReadMigration['migration'], { kind: 'converted' }>;
    toStdout: boolean;
  },
): Promise<number> {
  const { output } = context;
  const { text, diagnostics } = given.migration;
  if (given.toStdout) await output.file(text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const invalid = failure(
      'config',
      `the converted config of \`${given.old}\` is not valid, so nothing was written`,
    );
    const sources = new Map([[CONFIG_FILE, text]]);
    return reportEarly(context, { failure: invalid, diagnostics: errors, sources });
  }
  if (diagnostics.length > 0)
    await printDiagnostics(output, 'stderr', diagnostics, new Map([[CONFIG_FILE, text]]));
  return given.toStdout ? 0 : write(context, given.read, text);
}

async function write(context: CommandContext, read: ReadMigration, text: string): Promise<number> {
  const { output, world } = context;
  const shown = (file: string): string => shownPath(file, world.cwd);
  try {
    const backups = await writeMigration(read, text);
    await output.say(
      `wrote ${shown(read.target)}; the old config is kept as ${backups.map(shown).join(', ')}`,
    );
  } catch (error) {
    const unwritten = failure('input', `cannot write \`${shown(read.target)}\`: ${reasonOf(error)}`);
    return reportEarly(context, { failure: unwritten });
  }
  const failed = isFoundFrom(world.cwd, read.target) ? await trustProject(context) : null;
  if (failed !== null) return reportEarly(context, { failure: failed });
  const named = isFoundFrom(world.cwd, read.target) ? [] : ['--config', shown(read.target)];
  await output.say(
    `its comments list what changed; next: ${shellCommand(['llm-router', 'doctor', ...named])}`,
  );
  return 0;
}

/** Whether searching from a folder finds the file, so that it needs no naming. */
function isFoundFrom(cwd: string, file: string): boolean {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  return (folder === cwd && name === CONFIG_FILE) || folder === path.join(cwd, CONFIG_FOLDER);
}
