// Runs the real agent CLIs from the npm registry through our own command line, against a provider on loopback, and writes
// docs/tools/verified.md. `--newest` installs the newest versions instead of those in tools.ts, `--fresh` installs all anew,
// `--continue` takes over what a former run has found with the same versions, and tries the rest,
// `--tool <name>` and `--case <name>` (repeatable) try only those, write nothing and fail when something differs, `--folder <dir>` is
// where programs and homes are kept, `--cap-runs <n>` how many runs the case `cap-holds` has for each tool.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openBench } from './bench.js';
import { CASES } from './cases.js';
import { type Finding, modelBodies } from './finding.js';
import { type Installed, install, NODE_22 } from './install.js';
import { keepReport, keptReport } from './kept.js';
import { type FakeProvider, startProvider } from './provider/server.js';
import { markdownReport, type ToolReport } from './report.js';
import { copyRouter, troubleOf } from './router-copy.js';
import { REAL_TOOLS, type RealTool } from './tools.js';

const TOTAL_LIMIT_MS = 60 * 60_000;
const REPORT = path.join('docs', 'tools', 'verified.md');

interface Session {
  /** Entry file of the command line that is tried. */
  entry: string;
  folder: string;
  runtime: Installed;
  provider: FakeProvider;
  cases: readonly string[];
  newest: boolean;
  /** Takes over what former runs have found. */
  continues: boolean;
  capRuns: number;
  endsAtMs: number;
}

/**
 * Returns 0 when every case of every tool was tried, whatever was found, or when the chosen ones are as they should be; 1 when something
 * could not be measured, and then nothing is written; 64 for a name that does not exist.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      fresh: { type: 'boolean', default: false },
      newest: { type: 'boolean', default: false },
      continue: { type: 'boolean', default: false },
      tool: { type: 'string', multiple: true, default: [] },
      case: { type: 'string', multiple: true, default: [] },
      'cap-runs': { type: 'string', default: '5' },
      folder: { type: 'string', default: path.join(tmpdir(), 'llm-router-real-tools') },
    },
  });
  const unknown = unknownNames(values);
  if (unknown.length > 0) return fail(64, `no such tool or case: ${unknown.join(', ')}`);
  if (values.fresh) await rm(values.folder, { recursive: true, force: true });
  await mkdir(values.folder, { recursive: true });
  const entry = await copyRouter(root, values.folder);
  const trouble = await troubleOf(entry, values.folder);
  if (trouble !== null) return fail(1, `the packed command line does not run: ${trouble}`);
  const provider = await startProvider();
  const runtime = await install(NODE_22, { folder: values.folder, runtime: null });
  const session: Session = {
    entry,
    folder: values.folder,
    runtime,
    provider,
    cases: values.case,
    newest: values.newest,
    continues: values.continue,
    capRuns: Number(values['cap-runs']),
    endsAtMs: performance.now() + TOTAL_LIMIT_MS,
  };
  const tools = REAL_TOOLS.filter(({ name }) => values.tool.length === 0 || values.tool.includes(name));
  const reports: ToolReport[] = [];
  for (const tool of tools) reports.push(await tryTool(tool, session));
  await provider.close();
  const unmeasured = reports.flatMap(whyUnmeasured);
  if (unmeasured.length > 0) return fail(1, unmeasured.join('\n'));
  if (values.tool.length + values.case.length > 0) return reports.some(differs) ? 1 : 0;
  await writeReport(root, reports, runtime);
  return 0;
}

function unknownNames({ tool, case: cases }: { tool: string[]; case: string[] }): string[] {
  const [tools, names] = [REAL_TOOLS, CASES].map((known) => new Set(known.map(({ name }) => name)));
  return [...tool.filter((name) => !tools?.has(name)), ...cases.filter((name) => !names?.has(name))];
}

/** A tool that was not there, or that never asked the provider, has shown nothing about our reading of it. */
function whyUnmeasured(report: ToolReport): string[] {
  if (!report.installed) return [`${report.name}: not installed: ${report.reason}`];
  if (report.missing.length > 0) return [`${report.name}: out of time before ${report.missing.join(', ')}`];
  return report.modelRequests > 0 ? [] : [`${report.name}: no run has asked the provider anything`];
}

function differs(report: ToolReport): boolean {
  return report.installed && Object.values(report.findings).some(({ ok }) => !ok);
}

function fail(code: number, reason: string): number {
  process.stderr.write(`nothing written: ${reason}\n`);
  return code;
}

async function tryTool(tool: RealTool, session: Session): Promise<ToolReport> {
  const { folder, runtime } = session;
  const identity = { name: tool.name, npmPackage: tool.program.npmPackage };
  const nodeFolder = runtime.ok ? runtime.binFolder : null;
  const program = session.newest ? { ...tool.program, version: 'latest' } : tool.program;
  const installed = await install(program, { folder, runtime: nodeFolder });
  if (!installed.ok) {
    say(`${tool.name}: not installed: ${installed.reason}\n${installed.log}`);
    return { ...identity, installed: false, reason: installed.reason };
  }
  const { version } = installed;
  const cases = CASES.map(({ name }) => name);
  const kept = session.continues ? await keptReport(folder, { name: tool.name, version, cases }) : null;
  say(`${tool.name} ${version}${kept === null ? '' : ', as found before'}`);
  if (kept !== null) return kept;
  const search = [nodeFolder ?? path.dirname(process.execPath), installed.binFolder, '/usr/bin', '/bin'].join(
    ':',
  );
  const { entry, provider, capRuns } = session;
  const bench = await openBench(tool, { entry, folder, search, provider, capRuns });
  const findings: Record<string, Finding> = {};
  const missing: string[] = [];
  let modelRequests = 0;
  for (const { name, run } of CASES) {
    if (session.cases.length > 0 && !session.cases.includes(name)) continue;
    if (performance.now() > session.endsAtMs) {
      missing.push(name);
      continue;
    }
    const finding = await run(bench);
    modelRequests += modelBodies(bench).length;
    findings[name] = finding;
    say(`  ${finding.ok ? 'ok     ' : 'DIFFERS'} ${name}: ${finding.seen}`);
  }
  const report = { ...identity, installed: true as const, version, findings, missing, modelRequests };
  if (session.cases.length === 0) await keepReport(folder, report);
  return report;
}

async function writeReport(root: string, reports: readonly ToolReport[], runtime: Installed): Promise<void> {
  const page = markdownReport(reports, {
    date: new Date().toISOString().slice(0, 10),
    toolNode: runtime.ok ? runtime.version : `${process.versions.node} (22 not installed: ${runtime.reason})`,
    isRoot: process.getuid?.() === 0,
  });
  await mkdir(path.dirname(path.join(root, REPORT)), { recursive: true });
  await writeFile(path.join(root, REPORT), page);
  say(`written: ${REPORT}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
