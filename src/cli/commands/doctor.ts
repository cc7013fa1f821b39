import path from 'node:path';
import { nearMisses } from '../../config-files/near-misses.js';
import type { Trust } from '../../config-files/trust.js';
import { formatPlace } from '../../diagnostics/diagnostic.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import type { HealthRow, MachineContext } from '../../health/context.js';
import type { HealthListener } from '../../health/health.js';
import { installedClients } from '../../mcp/clients/rows.js';
import { stateDir, userConfigDir } from '../../paths.js';
import { clearCooldowns } from '../../router/cooldowns.js';
import { machineHealth, toolHealthOf, warnsOfAgent } from '../../router/health.js';
import {
  commandRouter,
  ledgerAccessOf,
  ledgerOf,
  loadCommandConfig,
  traceDirOf,
  usableConfig,
} from '../config.js';
import type { CommandConfig, CommandContext } from '../context.js';
import { printDiagnostics, reportEarly } from '../report.js';
import { doctorScreen } from './doctor-screen.js';
import { placeOf } from './mcp-place.js';

/** The options of `doctor`, as the argument parser gives them. */
export interface DoctorOptions {
  agent?: string;
  online?: boolean;
  clearCooldowns?: boolean;
  all?: boolean;
  strict?: boolean;
  json?: boolean;
}

/**
 * `doctor`: config, machine, tools, and each agent's plan now. Exit 1 if something an agent needs is broken; with `--strict`
 * also if a row that an agent needs warns.
 */
export async function runDoctor(context: CommandContext, options: DoctorOptions): Promise<number> {
  const loaded = await loadCommandConfig(context);
  const refused =
    unknownAgent(loaded, options.agent) ??
    (options.clearCooldowns === true ? await forgetCooldowns(context, loaded) : null);
  if (refused !== null) return reportEarly(context, { failure: refused });
  const { trust } = loaded;
  const screen = options.json === true ? null : doctorScreen(context, { showsAll: options.all === true });
  const rows = await healthRows(context, loaded, { options, trust, listener: screen ?? {} });
  const warns = options.strict === true && (await warnsOfAgent(rows));
  const isHealthy = !warns && rows.every(({ status }) => status !== 'fail');
  if (screen === null)
    await context.output.json({ healthy: isHealthy, rows, tools: await toolHealthOf(rows) });
  else {
    await screen.finish(rows);
    await printWarnings(context, loaded);
  }
  return isHealthy ? 0 : 1;
}

/** Ends all cooldowns and reports how many; fails when their file cannot be removed. */
async function forgetCooldowns(context: CommandContext, loaded: CommandConfig): Promise<Failure | null> {
  const { world, output } = context;
  const ledger = ledgerAccessOf(context, loaded);
  const cleared = await clearCooldowns(world, ledger, world.clock.now());
  await ledger.close();
  if (!cleared.ok) return failure('input', `the cooldowns cannot be cleared: ${cleared.error}`);
  const count = cleared.value;
  await output.say(
    count === 0 ? 'no cooldowns to clear' : `cleared ${count} cooldown${count === 1 ? '' : 's'}`,
  );
  return null;
}

function unknownAgent({ config }: CommandConfig, agent: string | undefined): Failure | null {
  if (agent === undefined || config === null || lookup(config.agents, agent) !== null) return null;
  const known = Object.keys(config.agents);
  const hint = didYouMean(agent, known, 'defined agents') ?? 'the config defines no agents';
  return failure('usage', `unknown agent \`${agent}\``, { hint });
}

async function healthRows(
  context: CommandContext,
  loaded: CommandConfig,
  given: { options: DoctorOptions; trust: Trust; listener: HealthListener },
): Promise<HealthRow[]> {
  const { options, trust, listener } = given;
  const { env, cwd, home } = context.world;
  const isSearched = context.globals.config.length === 0 && (env.LLM_ROUTER_CONFIG ?? '') === '';
  const misnamed = isSearched ? nearMisses({ explicit: [], env, cwd, home }) : [];
  const machine = {
    ...machineOf(context, loaded, { isTrusted: trust.trusted, misnamed }),
    mcpClients: await installedClients(placeOf(context)),
  };
  const usable = usableConfig(loaded);
  if (!usable.ok) return machineHealth(machine, listener);
  const router = commandRouter(context, usable.value);
  const rows = router.health({
    agent: options.agent ?? null,
    probe: trust.trusted,
    online: options.online === true,
    machine,
    cwd: context.world.cwd,
    listener,
  });
  return rows.finally(() => router.close());
}

/** The input of checks that need no config. */
export function machineOf(
  context: CommandContext,
  loaded: CommandConfig,
  found: Pick<MachineContext['configState'], 'isTrusted' | 'misnamed'>,
): MachineContext {
  const { world } = context;
  const errors = loaded.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, hint, message, place }) => {
      const where = place === null ? '' : `${formatPlace(place)}: `;
      return { code, hint, message: `${where}${message}` };
    });
  return {
    configState: { files: loaded.config?.files ?? [], errors, ...found },
    nodeVersion: world.nodeVersion,
    env: world.env,
    folders: [
      { holds: 'config', path: userConfigDir(world) },
      { holds: 'state', path: stateDir(world) },
      { holds: 'ledger', path: path.dirname(ledgerOf(context, loaded).file) },
      { holds: 'traces', path: traceDirOf(context, loaded) },
    ],
  };
}

async function printWarnings({ output }: CommandContext, loaded: CommandConfig): Promise<void> {
  const warnings = loaded.diagnostics.filter(({ severity }) => severity !== 'error');
  if (warnings.length > 0) await printDiagnostics(output, 'stderr', warnings, loaded.sources);
}
