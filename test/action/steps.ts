import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Rig } from '../rig/rig.js';

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

interface Step {
  id: string;
  shell: string;
  env: Record<string, string>;
  run: string;
  'working-directory'?: string;
}

interface Action {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { steps: Step[] };
}

export const ACTION = parse(readFileSync(path.join(REPOSITORY, 'action.yml'), 'utf8')) as Action;

/** What a workflow would see of the action. */
export interface ActionRun {
  code: number | null;
  stdout: string;
  outputs: Record<string, string>;
  summary: string;
}

/** Runs the shell steps of the action one after the other, as a runner does, until one fails; `started` is put before each. */
export async function runAction(
  rig: Rig,
  given: Record<string, string>,
  { started = '' } = {},
): Promise<ActionRun> {
  const unknown = Object.keys(given).filter((name) => ACTION.inputs[name] === undefined);
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`);
  const folder = path.join(rig.home, 'runner');
  mkdirSync(folder, { recursive: true });
  const values = new Map(
    Object.entries(ACTION.inputs).map(([name, { default: value }]) => [`inputs.${name}`, value]),
  );
  for (const [name, value] of Object.entries(given)) values.set(`inputs.${name}`, value);
  let stdout = '';
  let code: number | null = 0;
  const summary = path.join(folder, 'summary.md');
  for (const step of ACTION.runs.steps) {
    const output = path.join(folder, `${step.id}.output`);
    const variables = {
      GITHUB_ACTION_PATH: REPOSITORY,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: folder,
      ...mapped(step.env, values),
    };
    const cwd = path.resolve(rig.project, filled(step['working-directory'] ?? '.', values));
    const result = await rig.shell(`${started}${step.run}`, { env: variables, cwd });
    stdout += result.stdout + result.stderr;
    for (const [name, value] of outputsIn(output)) values.set(`steps.${step.id}.outputs.${name}`, value);
    code = result.code;
    if (code !== 0) break;
  }
  const outputs = mapped(
    Object.fromEntries(Object.entries(ACTION.outputs).map(([name, { value }]) => [name, value])),
    values,
  );
  return { code, stdout, outputs, summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '' };
}

function mapped(texts: Record<string, string>, values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, filled(text, values)]));
}

function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => values.get(name) ?? '');
}

/** The outputs that a step has written, each between a line with its name and the line that this names. */
function outputsIn(file: string): [string, string][] {
  if (!existsSync(file)) return [];
  const written = readFileSync(file, 'utf8').matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return [...written].map(([, name = '', , value = '']) => [name, value]);
}

/** The built command, as an input of the action. */
export function executable(rig: Rig): string {
  return path.join(rig.bin, 'llm-router');
}
