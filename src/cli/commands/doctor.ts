import path from 'node:path';
import { type Trust, trustOf } from '../../config-files/trust.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { formatPlace } from '../../diagnostics/diagnostic.js';
import type { Paint } from '../../diagnostics/render.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import type { HealthRow } from '../../health/context.js';
import { stateDir, userConfigDir } from '../../paths.js';
import { clearCooldowns } from '../../router/cooldowns.js';
import { commandRouter, loadCommandConfig, traceDirOf, usableConfig } from '../config.js';
import type { CommandConfig, CommandContext } from '../context.js';
import { printDiagnostics, reportEarly } from '../report.js';

/** The options of `doctor`. */
export interface DoctorOptions {
  agent?: string;
  json?: boolean;
  clearCooldowns?: boolean;
}

/** `doctor`: config, tools, variables, folders, and each agent's plan now. Exit 1 if something an agent needs is broken. */
export async function runDoctor(context: CommandContext, options: DoctorOptions): Promise<number> {
  const loaded = await loadCommandConfig(context);
  const known = Object.keys(loaded.config?.agents ?? {});
  if (
    options.agent !== undefined &&
    loaded.config !== null &&
    lookup(loaded.config.agents, options.agent) === null
  ) {
    const hint = didYouMean(options.agent, known, 'defined agents') ?? 'the config defines no agents';
    const unknown = failure('usage', `unknown agent \`${options.agent}\``, { hint });
    return reportEarly(context, { failure: unknown }, options.json === true ? 'json' : 'text');
  }
  if (options.clearCooldowns === true) {
    const kept = await forgetCooldowns(context);
    if (kept !== null)
      return reportEarly(context, { failure: kept }, options.json === true ? 'json' : 'text');
  }
  const trust = await trustOf(loaded, context.world);
  const rows = [
    ...configRows(loaded, trust),
    ...(await routerRows(context, loaded, { agent: options.agent ?? null, trust })),
  ];
  const healthy = rows.every(({ status }) => status !== 'fail');
  if (options.json === true) await context.output.data(`${JSON.stringify({ healthy, rows })}\n`);
  else await printReport(context, loaded, rows);
  return healthy ? 0 : 1;
}

/** Forgets who is left alone, and says so; the failure is a record that cannot be removed. */
async function forgetCooldowns({ world, output }: CommandContext): Promise<Failure | null> {
  const cleared = await clearCooldowns(world, world.clock.now());
  if (!cleared.ok) return failure('input', `the cooldowns cannot be cleared: ${cleared.error}`);
  const count = cleared.value;
  await output.say(
    count === 0 ? 'no cooldowns to clear' : `cleared ${count} cooldown${count === 1 ? '' : 's'}`,
  );
  return null;
}

function configRows(loaded: CommandConfig, trust: Trust): HealthRow[] {
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  const row = { check: 'config' as const, subject: 'files' };
  if (errors.length > 0) return errors.map((error) => diagnosticRow(error));
  const files = loaded.config?.files ?? [];
  if (files.length === 0) {
    return [
      {
        ...row,
        status: 'warn',
        detail: 'none found, using the built-in catalogue',
        fix: 'llm-router template quick-start > llm-router.yaml',
      },
    ];
  }
  const read: HealthRow = { ...row, status: 'ok', detail: files.join(', '), fix: null };
  if (trust.trusted) return [read];
  return [
    read,
    {
      check: 'config',
      subject: 'trust',
      status: 'warn',
      detail: 'found by searching, not trusted: nothing of it is run',
      fix: 'read it, then run `llm-router config trust`',
    },
  ];
}

function diagnosticRow({ place, message, hint, code }: Diagnostic): HealthRow {
  const where = place === null ? '' : `${formatPlace(place)}: `;
  return {
    check: 'config',
    subject: code,
    status: 'fail',
    detail: `${where}${message}`,
    fix: hint ?? 'see `llm-router config validate`',
  };
}

async function routerRows(
  context: CommandContext,
  loaded: CommandConfig,
  { agent, trust }: { agent: string | null; trust: Trust },
): Promise<HealthRow[]> {
  const usable = usableConfig(loaded);
  if (!usable.ok) return [];
  const { world } = context;
  const router = commandRouter(context, usable.value, world.signal);
  const folders = [
    { holds: 'config', path: userConfigDir(world) },
    { holds: 'state', path: stateDir(world) },
    { holds: 'traces', path: path.resolve(world.cwd, traceDirOf(context, loaded)) },
  ];
  const asked = await router.health({ agent, probe: trust.trusted, folders, cwd: world.cwd });
  const rows = trust.trusted ? asked : asked.map(untrustedRow);
  const usableTool = rows.some(
    ({ check, subject, status }) => check === 'tool' && status === 'ok' && subject !== 'mock',
  );
  if (usable.value.config.files.length > 0 || usableTool) return rows;
  const nobody: HealthRow = {
    check: 'tool',
    subject: 'any',
    status: 'fail',
    detail: 'no built-in tool is usable and no config names another',
    fix: 'install one of the tools above, or write a config',
  };
  return [...rows, nobody];
}

/** A tool that was found but, without trust, not asked for its version. */
function untrustedRow(row: HealthRow): HealthRow {
  if (row.check !== 'tool' || row.status !== 'ok') return row;
  return { ...row, status: 'skip', detail: `${row.detail}, not trusted`, fix: 'llm-router config trust' };
}

async function printReport(
  context: CommandContext,
  loaded: CommandConfig,
  rows: readonly HealthRow[],
): Promise<void> {
  const { output } = context;
  const paint = await output.paint('stdout');
  const warnings = loaded.diagnostics.filter(({ severity }) => severity !== 'error');
  if (warnings.length > 0) await printDiagnostics(output, 'stderr', warnings, loaded.sources);
  const width = Math.max(...rows.map(({ check, subject }) => `${check} ${subject}`.length));
  const lines = rows.flatMap((row) => rowLines(row, width, paint));
  const count = (status: HealthRow['status']): number => rows.filter((row) => row.status === status).length;
  const verdict = `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} broken`;
  await output.data(`${[...lines, '', verdict].join('\n')}\n`);
}

function rowLines({ check, subject, status, detail, fix }: HealthRow, width: number, paint: Paint): string[] {
  const marks = {
    ok: paint.info('ok  '),
    warn: paint.warning('warn'),
    fail: paint.error('FAIL'),
    skip: paint.dim('-   '),
  };
  const line = `${marks[status]}  ${`${check} ${subject}`.padEnd(width)}  ${detail}`;
  return fix === null ? [line] : [line, `      ${' '.repeat(width)}  ${paint.hint('fix:')} ${fix}`];
}
