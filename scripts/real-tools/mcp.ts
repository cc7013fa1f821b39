// Lets the real agent CLIs from the npm registry call our MCP server, with a provider on loopback as their model, and writes
// docs/tools/verified-mcp.md. `--client <name>` and `--case <name>` (repeatable) try only those, write nothing and fail when something
// differs; `--folder <dir>` is where programs and homes are kept.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from './finding.js';
import { type Installed, install } from './install.js';
import { openMcpBench } from './mcp-bench.js';
import { MCP_CASES } from './mcp-cases.js';
import { MCP_HOSTS, type McpHost } from './mcp-hosts.js';
import { type HostReport, mcpPage } from './mcp-report.js';
import { transcriptOf } from './mcp-transcript.js';
import { prepare } from './prepare.js';
import { type FakeProvider, startProvider } from './provider/server.js';

const PAGE = path.join('docs', 'tools', 'verified-mcp.md');
/** Without it nothing else of a client can work, so it is always tried. */
const FIRST = 'install';
const TRANSCRIPT_OF = 'claude-code';

interface Session {
  entry: string;
  folder: string;
  nodeFolder: string;
  provider: FakeProvider;
  cases: readonly string[];
}

/** Returns 0 when everything was tried and written, or when the chosen cases are as they should be; else 1. */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      client: { type: 'string', multiple: true, default: [] },
      case: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string', default: path.join(tmpdir(), 'llm-router-real-tools') },
    },
  });
  const { folder, client, case: cases } = values;
  const ready = await prepare(root, folder);
  if (!ready.ok) return fail(ready.error);
  const { entry, nodeFolder } = ready.value;
  const provider = await startProvider();
  const session = { entry, folder, nodeFolder, provider, cases };
  const hosts = MCP_HOSTS.filter(({ tool }) => client.length === 0 || client.includes(tool.name));
  const reports: HostReport[] = [];
  const missing: string[] = [];
  for (const host of hosts) {
    const installed = await install(host.tool.program, { folder, runtime: nodeFolder });
    if (installed.ok) reports.push(await tryHost(host, installed, session));
    else missing.push(`${host.tool.name}: ${installed.reason}`);
  }
  await provider.close();
  if (missing.length > 0) return fail(missing.join('\n'));
  if (client.length + cases.length > 0) return reports.some(differs) ? 1 : 0;
  await writeFile(path.join(root, PAGE), mcpPage(reports, new Date().toISOString().slice(0, 10)));
  say(`written: ${PAGE}`);
  return 0;
}

async function tryHost(
  host: McpHost,
  { version, binFolder }: Extract<Installed, { ok: true }>,
  session: Session,
): Promise<HostReport> {
  const { name, program } = host.tool;
  say(`${name} ${version}`);
  const bench = await openMcpBench(host, { ...session, binFolder });
  const findings: Record<string, Finding> = {};
  for (const { name: tried, run: attempt } of MCP_CASES) {
    if (session.cases.length > 0 && tried !== FIRST && !session.cases.includes(tried)) continue;
    const found = await attempt(bench);
    findings[tried] = found;
    say(`  ${found.ok ? 'ok     ' : 'DIFFERS'} ${tried}: ${found.seen}`);
  }
  const transcript = name === TRANSCRIPT_OF ? await transcriptOf(bench) : null;
  return { name, npmPackage: program.npmPackage, version, findings, transcript };
}

function differs({ findings }: HostReport): boolean {
  return Object.values(findings).some(({ ok }) => !ok);
}

function fail(reason: string): number {
  process.stderr.write(`nothing written: ${reason}\n`);
  return 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
