import { type Command, InvalidArgumentError, Option } from 'commander';
import { FAILURES } from '../../domain/failure.js';
import { INVOCATION_STATUSES } from '../../domain/invocation.js';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { TraceListOptions } from './trace-filters.js';
import type { TraceShowOptions } from './trace-show.js';

/** A dry run leaves no trace. */
const STATUSES = INVOCATION_STATUSES.filter((status) => status !== 'planned');

/** Registers `trace`, `trace show` and `trace prune`. Their code is loaded when they run. */
export function addTrace(context: CommandContext, program: Command, register: Register): void {
  const trace = register(program, 'trace');
  trace.command
    .description('List the newest invocations; `show` shows one run in detail, `prune` removes old ones')
    .option('-n, --last <count>', 'how many', parseCount, 10)
    .option('-a, --agent <name>', 'asked for by this agent')
    .option('--tool <name>', 'tried on this tool')
    .option('--model <name>', 'tried on this model')
    .addOption(new Option('--status <status>', 'its status').choices(STATUSES))
    .option('--failure <type>', 'failed with this type, as a whole or in one attempt', parseFailure)
    .option('--session <name>', 'of this session')
    .option('--since <when>', 'only those started since: 7d, 12h, 2026-11-20, 2026-11-20T09:30 (UTC)')
    .option('--json', 'print a JSON array')
    .option('--ndjson', 'print one JSON document a line');
  trace.action(async (options: TraceListOptions) => {
    const { runTraceList } = await import('./trace-list.js');
    return runTraceList(context, options);
  });

  const show = register(trace.command, 'show');
  show.command
    .description('Show one invocation: why this tool, a timeline, what it cost, how to repeat it')
    .argument('<id>', 'its id, a unique prefix of it, or `last`')
    .option('--tree', 'with its related invocations: nested calls, the same trace id, the same session')
    .option('--json', 'print the trace as it was recorded; with --tree nested')
    .option('--ndjson', 'print one JSON document a line');
  show.action(async (id: string, options: TraceShowOptions) => {
    const { runTraceShow } = await import('./trace-show.js');
    return runTraceShow(context, id, options);
  });

  const prune = register(trace.command, 'prune');
  prune.command
    .description('Remove old traces')
    .requiredOption('--older-than <age>', 'older than this: 30d, 2w, 12h')
    .option('--json', 'print how many as JSON');
  prune.action(async (options: { olderThan: string; json?: boolean }) => {
    const { runTracePrune } = await import('./trace-prune.js');
    return runTracePrune(context, options);
  });
}

/** A word of the failure table; there are too many for the help text. */
function parseFailure(value: string): string {
  const types = Object.keys(FAILURES);
  if (types.includes(value)) return value;
  throw new InvalidArgumentError(`one of ${types.join(', ')}`);
}
