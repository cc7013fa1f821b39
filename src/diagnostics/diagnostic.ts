/** A range in a file. Lines and columns count from 1, columns in characters as in an editor. */
export interface Place {
  /** As shown to the user. */
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

/** A safe change that corrects a finding. */
export interface Fix {
  title: string;
  place: Place;
  /** Replaces the text at `place`. */
  text: string;
}

/** One finding about the user's config. */
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
