export function versionsOf(changelog: string): string[];
export function notesOf(changelog: string, version: string): string | null;
export function released(changelog: string, release: { version: string; date: string }): string;
export function changelogProblems(changelog: string, version: string): string[];
