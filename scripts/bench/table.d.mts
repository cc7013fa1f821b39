/** A row as a benchmark gives it. */
export interface Row {
  id: string;
  title: string;
  unit: string;
  ours: number;
  beside: string | null;
  theirs: number | null;
  ratio: number | null;
  spread: [number, number] | null;
  target: number | null;
  targetOf: 'ratio' | 'least ratio' | 'most' | 'least';
}

export function figure(value: number | null): string;
export function spreadOf(row: Row): string;
export function targetOf(row: Row): string;
export function isReached(row: Row): boolean | null;
