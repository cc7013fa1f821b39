/** Where a request comes from: there its settings have names of their own. */
export type RequestOrigin = 'command_line' | 'rpc' | 'openai' | 'mcp' | 'library';

/** What the settings of a request are called where it comes from, as messages show them; `null`: it has no such setting there. */
export interface SettingNames {
  model: string;
  effort: string;
  temperature: string;
  stop: string;
  maxTokens: string;
  maxCost: string | null;
  justification: string | null;
  force: string | null;
  schema: string;
  stream: string | null;
  /** With a duration, as `5m`, what to give to wait so long. */
  patience(duration?: string): string | null;
  /** Agrees to exceed a soft limit. */
  yes: string | null;
}

const OPTIONS: SettingNames = {
  model: '`--model`',
  effort: '`--effort`',
  temperature: '`--temperature`',
  stop: '`stop`',
  maxTokens: '`--max-tokens`',
  maxCost: '`--max-cost`',
  justification: '`--justification "<why>"`',
  force: '`--force --justification "<why>"`',
  schema: '`--schema`',
  stream: '`--stream`',
  patience: (duration) => (duration === undefined ? '`--patience`' : `\`--patience ${duration}\``),
  yes: '`--yes`',
};

/** A caller of the server cannot exceed what its config says. */
const FIELDS: SettingNames = {
  model: '`model`',
  effort: '`effort`',
  temperature: '`temperature`',
  stop: '`stop`',
  maxTokens: '`max_tokens`',
  maxCost: null,
  justification: null,
  force: null,
  schema: '`schema`',
  stream: null,
  patience: () => null,
  yes: null,
};

const NAMES: Readonly<Record<RequestOrigin, SettingNames>> = {
  command_line: OPTIONS,
  rpc: FIELDS,
  openai: { ...FIELDS, effort: '`reasoning_effort`', schema: '`response_format`', stream: '`stream`' },
  mcp: { ...FIELDS, maxCost: '`max_cost_usd`' },
  library: {
    ...FIELDS,
    maxTokens: '`maxTokens`',
    maxCost: '`maxCostUsd`',
    justification: '`justification`',
    force: '`force` with a `justification`',
    patience: () => '`patienceMs`',
  },
};

/** The names for the caller of the request. */
export function settingNames(origin: RequestOrigin): SettingNames {
  return NAMES[origin];
}

/** ``give `--max-cost`, or set …``; without a name only what the config can do. */
export function giveOr(names: readonly (string | null)[], otherwise: string): string {
  const given = names.filter((name) => name !== null).join(' or ');
  return given === '' ? otherwise : `give ${given}, or ${otherwise}`;
}
