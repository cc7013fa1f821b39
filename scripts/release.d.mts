export function notesOf(changelog: string, version: string): string | null;
export function problemsOf(given: {
  manifest: object;
  changelog: string;
  tag: string;
  repository: string;
}): string[];
export function installerOf(script: string, release: { repository: string; version: string }): string;
