import type { CommandTool, ToolConfig } from '../../config/types.js';
import { lookup } from '../../domain/lookup.js';
import { type HealthContext, type HealthRow, neededTools } from '../context.js';

/** Is every tool there, new enough, and logged in. A tool that no agent needs is only mentioned. */
export async function checkTools(context: HealthContext): Promise<HealthRow[]> {
  const needed = neededTools(context);
  return Promise.all(
    Object.values(context.config.tools).map((tool) => checkTool(context, tool, needed.has(tool.name))),
  );
}

async function checkTool(context: HealthContext, tool: ToolConfig, needed: boolean): Promise<HealthRow> {
  const row = { check: 'tool' as const, subject: tool.name };
  const state = lookup(context.facts.tools, tool.name);
  if (state === null || !state.available) {
    const { detail, hint } = state ?? { detail: 'nothing is known of it', hint: null };
    return {
      ...row,
      status: needed ? 'warn' : 'skip',
      detail,
      fix: hint ?? 'install it, or take it out of the config',
    };
  }
  if (tool.kind === 'mock') return { ...row, status: 'ok', detail: 'in-process, canned answers', fix: null };
  const path = state.path ?? tool.binary.value;
  const version = await versionState(context, tool, path);
  return version.status === 'ok' ? withLogin(context, tool, { path, version }) : version;
}

async function versionState(context: HealthContext, tool: CommandTool, path: string): Promise<HealthRow> {
  const row = { check: 'tool' as const, subject: tool.name };
  if (tool.version === null || context.probe === null)
    return { ...row, status: 'ok', detail: path, fix: null };
  const answer = await context.probe(tool, path);
  if ('problem' in answer) {
    return {
      ...row,
      status: 'warn',
      detail: `${path}: ${answer.problem}`,
      fix: tool.installHint ?? `check that \`${path}\` runs`,
    };
  }
  return versionRow(row, tool, { path, version: answer.version });
}

function versionRow(
  row: { check: 'tool'; subject: string },
  { version: wanted, installHint }: CommandTool,
  found: { path: string; version: string },
): HealthRow {
  const minimum = wanted?.minimum ?? null;
  const detail = `${found.version} at ${found.path}`;
  if (minimum === null || !isOlder(found.version, minimum))
    return { ...row, status: 'ok', detail, fix: null };
  return {
    ...row,
    status: 'warn',
    detail: `${detail}, older than ${minimum}`,
    fix: installHint ?? `update it to ${minimum} or newer`,
  };
}

/** A tool that runs is of no use while nobody is logged in. */
async function withLogin(
  { probeLogin }: HealthContext,
  tool: CommandTool,
  found: { path: string; version: HealthRow },
): Promise<HealthRow> {
  const answer = (await probeLogin?.(tool, found.path)) ?? null;
  if (answer === null) return found.version;
  const state = answer.loggedIn ? 'logged in' : answer.problem;
  const detail = `${found.version.detail}, ${state}`;
  if (answer.loggedIn) return { ...found.version, detail };
  return { ...found.version, status: 'warn', detail, fix: tool.loginCheck?.hint ?? `log in to ${tool.name}` };
}

/** Compares dotted numbers; anything behind them is left out. */
export function isOlder(version: string, minimum: string): boolean {
  const [have, need] = [numbers(version), numbers(minimum)];
  for (let index = 0; index < need.length; index++) {
    const [a, b] = [have[index] ?? 0, need[index] ?? 0];
    if (a !== b) return a < b;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
