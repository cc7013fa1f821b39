const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A bar of at most so many cells; whatever is not zero shows something. */
export function bar(value: number, most: number, cells: number): string {
  if (value <= 0 || most <= 0) return '';
  const eighths = Math.max(1, Math.round((value * cells * 8) / most));
  return '█'.repeat(Math.floor(eighths / 8)) + (PARTS[eighths % 8] ?? '');
}

/** One sign a value, by its height; zero is the lowest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values
    .map((value) => {
      if (value <= 0 || most <= 0) return LEVELS[0];
      return LEVELS[Math.max(1, Math.round((value * (LEVELS.length - 1)) / most))];
    })
    .join('');
}
