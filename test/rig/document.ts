/** The document of `exec --json`, as the contract writes it; kept apart from the product's own types on purpose. */
export interface ExecDocument {
  version: number;
  id: string;
  trace_id: string;
  parent_id: string | null;
  session: string | null;
  status: string;
  agent: string | null;
  tool: string | null;
  model: string | null;
  response_model: string | null;
  text: string | null;
  data: unknown;
  finish_reason: string | null;
  tool_session_id: string | null;
  usage: DocumentUsage | null;
  cost: { usd: number | null; list_usd: number | null; basis: string; billing: string } | null;
  nested: { calls: number; refused: number; spent_usd: number | null; cap_usd: number | null } | null;
  latency_ms: number;
  plan: DocumentPlan;
  attempts: DocumentAttempt[];
  warnings: string[];
  failure: DocumentFailure | null;
}

export interface DocumentUsage {
  input_tokens: number | null;
  output_tokens: number | null;
  total_tokens: number | null;
}

export interface DocumentPlan {
  candidates: DocumentCandidate[];
  rejected: {
    tool: string | null;
    model: string | null;
    reason: string;
    detail: string;
    hint: string | null;
    at: string | null;
  }[];
  ignored: { option: string; tool: string; detail: string }[];
}

export interface DocumentCandidate {
  tool: string;
  model: string | null;
  because: { rule: string; detail: string; at: string | null }[];
  /** In a dry run. */
  argv?: string[];
}

export interface DocumentAttempt {
  n: number;
  tool: string;
  model: string | null;
  status: string;
  exit_code: number | null;
  first_output_ms: number | null;
  cost: { usd: number | null; basis: string } | null;
  failure: DocumentFailure | null;
  changes: {
    before: string;
    after: string;
    count: number;
    recovery: string | null;
    not_kept: string[];
    other_runs: string[];
    files: { path: string; status: string; lines_added: number | null; lines_removed: number | null }[];
  } | null;
  no_snapshot: string | null;
  continues: number | null;
}

export interface DocumentFailure {
  type: string;
  phase: string | null;
  message: string;
  hint: string | null;
  retry_after_ms: number | null;
  reset_at: string | null;
  exit_code: number | null;
  stderr_tail: string | null;
  diagnostics?: { code: string; message: string }[];
}

/** The trace file: the same document, and what was asked. */
export interface TraceDocument extends ExecDocument {
  request: { prompt_sha256: string; prompt_chars: number; prompt_bytes: number };
}
