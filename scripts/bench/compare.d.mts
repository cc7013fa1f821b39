export interface Compared {
  group: string;
  id: string;
  before: number;
  after: number;
  verdict: 'worse' | 'better' | 'same';
}
export function compare(before: object, after: object): Compared[];
export function markdown(rows: readonly Compared[]): string;
