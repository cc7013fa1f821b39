import { parseDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { NamedEntry, VerifyOrder } from '../../race/order.js';
import type { CommandContext } from '../context.js';
import { type ExecOptions, withEnvironment } from './exec-request.js';

/** The options of `race`, as the argument parser gives them. */
export interface RaceOptions extends Omit<ExecOptions, 'tool' | 'model' | 'format' | 'detach'> {
  candidates: string[];
  verify?: string;
  verifyTimeout?: string;
  parallel?: number;
  cascade?: boolean;
}

/** The same as options of `exec`, of which each candidate is one; which tool and model is the matter of the race. */
export function execOptionsOf(options: RaceOptions, { world }: CommandContext): ExecOptions {
  const { candidates: _candidates, verify: _verify, ...rest } = options;
  const { tool: _tool, model: _model, ...known } = withEnvironment({ ...rest, format: 'text' }, world.env);
  return { ...known, stream: false };
}

/** The candidates by their names: `tool`, or `tool:model`, whose model may hold more colons. */
export function entriesOf({ candidates }: RaceOptions): Result<NamedEntry[], Failure> {
  const names = candidates.flatMap((list) => list.split(',')).map((name) => name.trim());
  const entries = names.map((name) => {
    const colon = name.indexOf(':');
    return colon === -1
      ? { tool: name, model: null }
      : { tool: name.slice(0, colon), model: name.slice(colon + 1) };
  });
  const bad = entries.findIndex(({ tool, model }) => tool === '' || model === '');
  if (bad === -1) return ok(entries);
  const hint = 'name them as `claude-code,codex:gpt-5.5`';
  const what =
    names[bad] === '' ? 'an empty name' : `\`${names[bad]}\`, which is not \`tool\` or \`tool:model\``;
  return err(failure('usage', `--candidates: the list has ${what}`, { hint }));
}

const VERIFY_MS = 10 * 60_000;

/** `--verify` with its limit; `null` without it. */
export function verifyOf({ verify, verifyTimeout }: RaceOptions): Result<VerifyOrder | null, Failure> {
  if (verify === undefined) {
    if (verifyTimeout === undefined) return ok(null);
    return err(failure('usage', '`--verify-timeout` is given without `--verify`'));
  }
  const limit = verifyTimeout === undefined ? ok(VERIFY_MS) : parseDuration(verifyTimeout);
  if (!limit.ok) return err(failure('usage', `--verify-timeout: ${limit.error}`));
  return ok({ command: verify, timeoutMs: limit.value });
}
