import type { Command } from 'commander';
import { CODES, type Code } from '../../diagnostics/codes.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { SUMMARIES } from '../../diagnostics/summaries.js';
import { FAILURES, failure } from '../../domain/failure.js';
import type { CommandContext } from '../context.js';
import { HELP_WIDTH } from '../help-layout.js';
import { reportEarly } from '../report.js';
import { renderTable } from '../table.js';
import { configTopic, environmentTopic, routingTopic } from './help-topics.js';

/** Topics of `help`, beside the commands. */
const TOPICS: Readonly<Record<string, (width: number) => string>> = {
  config: configTopic,
  environment: environmentTopic,
  'exit-codes': exitCodesTopic,
  routing: routingTopic,
};

export const TOPIC_NAMES: readonly string[] = Object.keys(TOPICS);

/** A topic, or the code of a finding about a config. */
export function isTopic(name: string): boolean {
  return Object.hasOwn(TOPICS, name) || Object.hasOwn(CODES, name);
}

/** `help <topic>`: prints one topic. */
export async function runHelpTopic({ output, world }: CommandContext, topic: string): Promise<number> {
  const text = TOPICS[topic]?.(world.stdout.columns || HELP_WIDTH) ?? findingTopic(topic as Code);
  await output.prose(`${text}\n`);
  return 0;
}

/** What a finding means; an example and how to mend it are in the reference. */
function findingTopic(code: Code): string {
  const page = `docs/reference/diagnostics.md#${code.replace('/', '')}`;
  return `${code} (${CODES[code]}): ${SUMMARIES[code]}\n\nAn example, and the config mended: ${page} of the package\nWhere it is in your config: llm-router config validate`;
}

/** No topic and no command has this name. */
export function unknownTopic(
  context: CommandContext,
  program: Command,
  words: readonly string[],
): Promise<number> {
  const name = words.join(' ');
  const codes = name.includes('/') ? Object.keys(CODES) : [];
  const known = [...codes, ...Object.keys(TOPICS), ...program.commands.flatMap(pathsOf)];
  const hint = didYouMean(name, known, 'topics and commands');
  return reportEarly(context, { failure: failure('usage', `no help on \`${name}\``, { hint }) });
}

/** `config`, `config show`, … */
function pathsOf(command: Command): string[] {
  const below = command.commands.flatMap(pathsOf).map((path) => `${command.name()} ${path}`);
  return [command.name(), ...below];
}

const MEANING: Readonly<Record<number, string>> = {
  0: 'answered',
  1: 'failed',
  64: 'usage: a bad flag or name',
  66: 'input: a file that cannot be read',
  69: 'no candidate available',
  70: 'internal error: a bug of ours',
  75: 'temporary: try again later',
  76: 'bad answer',
  77: 'not allowed',
  78: 'no usable config',
  79: 'over budget',
  124: 'timed out',
  129: 'interrupted by SIGHUP',
  130: 'interrupted by SIGINT (Ctrl-C)',
  143: 'interrupted by SIGTERM',
};

/** Code, meaning and failures of each exit code. Made from the table that decides the codes, so that it cannot differ from what happens. */
export function exitCodes(): [code: string, meaning: string, failures: string][] {
  return Object.entries(MEANING).map(([code, meaning]) => [code, meaning, failuresWith(Number(code))]);
}

function exitCodesTopic(): string {
  const table = renderTable(
    [{ title: 'CODE', align: 'right' }, { title: 'MEANING' }, { title: 'FAILURES' }],
    exitCodes(),
    Number.POSITIVE_INFINITY,
  );
  return `Exit codes of llm-router exec\n\n${table}\n\nA tool's own exit code is in the JSON document (attempts[].exit_code), never passed through.`;
}

function failuresWith(code: number): string {
  const types = Object.entries(FAILURES).flatMap(([type, row]) =>
    row.exit === code && type !== 'cancelled' ? [type] : [],
  );
  return (code === 129 || code === 130 || code === 143 ? ['cancelled'] : types).join(', ');
}
