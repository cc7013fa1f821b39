export function homeIn(folder: string): Record<string, string>;
export function median(values: readonly number[]): number;
export function measureShell(
  command: string,
  times: number,
  options: { env: Record<string, string>; cwd?: string },
): { wall: number; cpu: number };
