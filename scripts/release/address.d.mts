export const WAY_OUT: string;
export function addressOf(env: Record<string, string | undefined>): string | null;
export function withAddress<Manifest extends object>(
  manifest: Manifest,
  address: string,
): Manifest & { repository: { type: 'git'; url: string }; homepage: string; bugs: { url: string } };
export function addressProblems(
  manifest: object,
  address: string | null,
  options: { mayLack: boolean },
): string[];
