import type { Desk } from './desk.js';

/** A screen: the command line, and what differs on the machine. */
export interface Scene {
  name: string;
  args: readonly string[];
  before?: (desk: Desk) => void;
  code?: number;
}

const BROKEN = `version: 1
agents:
  reviewer:
    preferred_tool: claud-code
    fallback_chain: [codx, gemini]
policies:
  cheap:
    budget: { daily_usd: -1 }
    governance: { denied_model: [opus] }
`;

/** The main screens. */
export const SCENES: readonly Scene[] = [
  { name: 'exec', args: ['exec', '-a', 'quick', '--no-stdin', 'Review this change'] },
  { name: 'exec-explain', args: ['exec', '-a', 'quick', '--no-stdin', '--explain', 'Review this change'] },
  { name: 'exec-dry-run', args: ['exec', '--no-stdin', '--dry-run', 'Review this change'] },
  { name: 'exec-dry-run-verbose', args: ['exec', '--no-stdin', '--dry-run', '-v', 'Review this change'] },
  { name: 'trace', args: ['trace'] },
  { name: 'trace-show', args: ['trace', 'show', '01KAGA2C00'] },
  { name: 'stats', args: ['stats'] },
  { name: 'stats-by-agent', args: ['stats', '--by', 'agent', '--weekly'] },
  { name: 'stats-weekly', args: ['stats', '--weekly'] },
  { name: 'budget', args: ['budget'] },
  { name: 'audit', args: ['audit'] },
  { name: 'doctor', args: ['doctor'] },
  { name: 'models', args: ['models'] },
  { name: 'agents', args: ['agents'] },
  { name: 'tools', args: ['tools'] },
  {
    name: 'config-validate',
    args: ['config', 'validate', 'broken.yaml'],
    before: (desk) => desk.write('broken.yaml', BROKEN),
    code: 1,
  },
  { name: 'help', args: ['--help'] },
  { name: 'help-exec', args: ['exec', '--help'] },
  { name: 'ledger-status', args: ['ledger', 'status'] },
  { name: 'jobs', args: ['jobs'] },
];
