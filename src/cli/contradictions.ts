import type { Command } from 'commander';
import { type Failure, failure } from '../domain/failure.js';
import { LOG_FORMATS } from './output.js';

/** `--json` together with an option that asks for another format. */
export function contradictionIn(command: Command): Failure | null {
  const { json, ndjson, field, format } = command.opts<{
    json?: boolean;
    ndjson?: boolean;
    field?: string;
    format?: string;
  }>();
  if (field !== undefined && (json === true || format !== 'text'))
    return failure('usage', '`--field` prints one field, not a whole document', {
      hint: 'leave `--json` and `--format` out',
    });
  if (json !== true) return null;
  if (ndjson === true) return both('--ndjson');
  const isNamed = command.getOptionValueSource('format') === 'cli';
  return isNamed && format !== 'json' ? both(`--format ${format}`) : null;
}

function both(other: string): Failure {
  return failure('usage', `\`--json\` and \`${other}\` ask for two formats`, {
    hint: 'leave one of them out',
  });
}

/** Checks `LLM_ROUTER_LOG_FORMAT` like `--log-format`. */
export function badLogFormat(env: Readonly<Record<string, string | undefined>>): Failure | null {
  const value = env.LLM_ROUTER_LOG_FORMAT ?? '';
  if (value === '' || LOG_FORMATS.some((format) => format === value)) return null;
  const hint = `it may be ${LOG_FORMATS.map((format) => `\`${format}\``).join(' or ')}`;
  return failure('usage', `LLM_ROUTER_LOG_FORMAT: unknown format \`${value}\``, { hint });
}
