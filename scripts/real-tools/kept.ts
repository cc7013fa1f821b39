import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ToolReport } from './report.js';

/** What former runs below `folder` have found with a tool; `null`: nothing, or with another version of it or other cases. */
export async function keptReport(
  folder: string,
  of: { name: string; version: string; cases: readonly string[] },
): Promise<ToolReport | null> {
  try {
    const kept: ToolReport = JSON.parse(await readFile(fileOf(folder, of.name), 'utf8'));
    if (!kept.installed || kept.version !== of.version) return null;
    const tried = new Set(Object.keys(kept.findings));
    return of.cases.every((name) => tried.has(name)) ? kept : null;
  } catch {
    return null; // no former run has come so far
  }
}

/** Keeps what was found with a tool. */
export async function keepReport(folder: string, report: ToolReport): Promise<void> {
  const file = fileOf(folder, report.name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

function fileOf(folder: string, tool: string): string {
  return path.join(folder, 'findings', `${tool}.json`);
}
