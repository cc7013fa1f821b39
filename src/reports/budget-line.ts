/** One limit with what counts against it now: a line of `budget`, and of the status page. Money in dollars. */
export interface BudgetLine {
  /** The policy that states it. */
  policy: string;
  scope: 'team' | 'global' | 'policy' | 'agent';
  /** The agent or policy that it counts; `null`: all runs, or those without an agent. */
  name: string | null;
  window: 'daily' | 'monthly';
  limit_usd: number;
  used_usd: number;
  /** What live runs may still cost at most. */
  reserved_usd: number;
  left_usd: number;
  limit_type: 'soft' | 'hard';
  /** Share of the limit from which on it warns. */
  threshold_percent: number;
  /** ISO time. */
  resets_at: string;
}
