/** Compares dotted numbers; anything behind them is left out. */
export function isOlder(version: string, minimum: string): boolean {
  const [have, need] = [numbers(version), numbers(minimum)];
  for (let index = 0; index < need.length; index++) {
    const [a, b] = [have[index] ?? 0, need[index] ?? 0];
    if (a !== b) return a < b;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
