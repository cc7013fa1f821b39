import type { Diagnostic, Place } from '../diagnostic.js';

/** A place in JSON; all `null` for a finding without a file. */
interface PlaceJson {
  file: string | null;
  line: number | null;
  column: number | null;
  end_line: number | null;
  end_column: number | null;
}

/** A finding in JSON. */
export interface DiagnosticJson extends PlaceJson {
  code: string;
  severity: string;
  message: string;
  hint: string | null;
  related: (PlaceJson & { message: string })[];
  fix: (PlaceJson & { title: string; text: string }) | null;
}

/** The document that `--format json` prints. */
export interface DiagnosticsJson {
  diagnostics: DiagnosticJson[];
  errors: number;
  warnings: number;
}

/** Findings as a JSON document with counts. */
export function diagnosticsJson(list: readonly Diagnostic[]): DiagnosticsJson {
  return {
    diagnostics: list.map(diagnosticJson),
    errors: list.filter((one) => one.severity === 'error').length,
    warnings: list.filter((one) => one.severity === 'warning').length,
  };
}

/** One finding as JSON. */
export function diagnosticJson(one: Diagnostic): DiagnosticJson {
  return {
    code: one.code,
    severity: one.severity,
    ...placeJson(one.place),
    message: one.message,
    hint: one.hint,
    related: one.related.map(({ place, message }) => ({ ...placeJson(place), message })),
    fix: one.fix && { title: one.fix.title, ...placeJson(one.fix.place), text: one.fix.text },
  };
}

function placeJson(place: Place | null): PlaceJson {
  return {
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    end_line: place?.endLine ?? null,
    end_column: place?.endColumn ?? null,
  };
}
