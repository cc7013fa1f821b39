/** A stretch of a file. Lines and columns count from 1; columns in characters as an editor shows them. */
export interface Place {
  /** As named to the user. */
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export type Severity = 'error' | 'warning' | 'info';

/** Another place that a finding refers to. */
export interface Related {
  place: Place;
  message: string;
}

/** A certain change that mends a finding. */
export interface Fix {
  title: string;
  place: Place;
  /** Replaces the text at `place`. */
  text: string;
}

/** One finding about what a user wrote. */
export interface Diagnostic {
  /** Stable: `config/unknown-tool`. */
  code: string;
  severity: Severity;
  /** One sentence, no full stop, values in backticks. */
  message: string;
  hint: string | null;
  place: Place | null;
  related: Related[];
  fix: Fix | null;
}

/** `file:line:column`, as compilers write it. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}
