export function installerOf(script: string, release: { address: string; version: string }): string;
export function formulaOf(
  template: string,
  release: { address: string; version: string; sums: string },
): string;
export function withVersion(text: string, versions: { from: string; to: string }): string;
