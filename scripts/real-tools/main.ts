// Runs the real agent CLIs from the npm registry through our own command line, against a provider on loopback, and writes
// docs/tools/verified.md. `--fresh` installs anew, `--tool <name>` and `--case <name>` (repeatable) try only those and
// write nothing, `--folder <dir>` is where programs and homes lie.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openBench } from './bench.js';
import { CASES } from './cases.js';
import type { Finding } from './finding.js';
import { type Installed, install, NODE_22 } from './install.js';
import { type FakeProvider, startProvider } from './provider/server.js';
import { markdownReport, type ToolReport } from './report.js';
import { copyRouter } from './router-copy.js';
import { REAL_TOOLS, type RealTool } from './tools.js';

const TOTAL_LIMIT_MS = 12 * 60_000;
const REPORT = path.join('docs', 'tools', 'verified.md');

interface Session {
  /** Entry file of the command line that is tried. */
  entry: string;
  folder: string;
  runtime: Installed;
  provider: FakeProvider;
  cases: readonly string[];
  endsAtMs: number;
}

/** Returns 0 when every case of every tool was tried, whatever was found; 1 when a tool could not be installed. */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      fresh: { type: 'boolean', default: false },
      tool: { type: 'string', multiple: true, default: [] },
      case: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string', default: path.join(tmpdir(), 'llm-router-real-tools') },
    },
  });
  if (values.fresh) await rm(values.folder, { recursive: true, force: true });
  await mkdir(values.folder, { recursive: true });
  const provider = await startProvider();
  const runtime = await install(NODE_22, { folder: values.folder, runtime: null });
  const session: Session = {
    entry: await copyRouter(root, values.folder),
    folder: values.folder,
    runtime,
    provider,
    cases: values.case,
    endsAtMs: performance.now() + TOTAL_LIMIT_MS,
  };
  const tools = REAL_TOOLS.filter(({ name }) => values.tool.length === 0 || values.tool.includes(name));
  const reports: ToolReport[] = [];
  for (const tool of tools) reports.push(await tryTool(tool, session));
  await provider.close();
  const whole = values.tool.length === 0 && values.case.length === 0;
  if (whole) await writeReport(root, reports, runtime);
  return reports.every(({ installed }) => installed) ? 0 : 1;
}

async function tryTool(tool: RealTool, session: Session): Promise<ToolReport> {
  const { folder, runtime } = session;
  const identity = { name: tool.name, npmPackage: tool.program.npmPackage };
  const nodeFolder = runtime.ok ? runtime.binFolder : null;
  const installed = await install(tool.program, { folder, runtime: nodeFolder });
  if (!installed.ok) {
    say(`${tool.name}: not installed: ${installed.reason}\n${installed.log}`);
    return { ...identity, installed: false, reason: installed.reason };
  }
  say(`${tool.name} ${installed.version}`);
  const search = [nodeFolder ?? path.dirname(process.execPath), installed.binFolder, '/usr/bin', '/bin'].join(
    ':',
  );
  const bench = await openBench(tool, { entry: session.entry, folder, search, provider: session.provider });
  const findings: Record<string, Finding> = {};
  for (const { name, run } of CASES) {
    if (session.cases.length > 0 && !session.cases.includes(name)) continue;
    if (performance.now() > session.endsAtMs) break;
    const finding = await run(bench);
    findings[name] = finding;
    say(`  ${finding.ok ? 'ok     ' : 'DIFFERS'} ${name}: ${finding.seen}`);
  }
  return { ...identity, installed: true, version: installed.version, findings };
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
