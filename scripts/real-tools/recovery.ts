// Lets the real agent CLIs from the npm registry take over from each other, and race, through our own command line, against a provider on loopback,
// and writes docs/tools/verified-recovery.md. `--first <name>` and `--case <name>` (repeatable) try only those, write nothing and fail when
// something differs; `--folder <dir>` is where programs and homes are kept.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from './finding.js';
import { install } from './install.js';
import { openPairBench } from './pair-bench.js';
import { PAIR_CASES } from './pair-cases.js';
import { type PairReport, recoveryPage } from './pair-report.js';
import { prepare } from './prepare.js';
import { startProvider } from './provider/server.js';
import { RACE_CASES } from './race-cases.js';
import { REAL_TOOLS, type RealTool } from './tools.js';

const PAGE = path.join('docs', 'tools', 'verified-recovery.md');
const NAMES = ['claude-code', 'codex', 'opencode'];

/** Returns 0 when everything was tried and written, or when the chosen cases are as they should be; else 1. */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      first: { type: 'string', multiple: true, default: [] },
      case: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string', default: path.join(tmpdir(), 'llm-router-real-tools') },
    },
  });
  const { folder, first: firsts, case: cases } = values;
  const ready = await prepare(root, folder);
  if (!ready.ok) return fail(ready.error);
  const { entry, nodeFolder } = ready.value;
  const tools = REAL_TOOLS.filter(({ name }) => NAMES.includes(name));
  const search = [nodeFolder];
  const versions: string[][] = [];
  for (const { name, program } of tools) {
    const installed = await install(program, { folder, runtime: nodeFolder });
    if (!installed.ok) return fail(`${name}: ${installed.reason}`);
    search.push(installed.binFolder);
    versions.push([name, program.npmPackage, installed.version]);
  }
  const provider = await startProvider();
  const at = { entry, folder, search: [...search, '/usr/bin', '/bin'].join(':'), provider };
  const reports: PairReport[] = [];
  for (const [first, second] of pairs(tools)) {
    if (firsts.length > 0 && !firsts.includes(first.name)) continue;
    const findings: Record<string, Finding> = {};
    for (const tried of PAIR_CASES) {
      if (cases.length > 0 && !cases.includes(tried.name)) continue;
      const found = await tried.run(await openPairBench([first, second], at));
      findings[tried.name] = found;
      say(`${found.ok ? 'ok     ' : 'DIFFERS'} ${first.name}, ${second.name}, ${tried.name}: ${found.seen}`);
    }
    reports.push({ first: first.name, second: second.name, findings });
  }
  const [one, two, ...more] = tools;
  const raced: Record<string, Finding> = {};
  for (const tried of firsts.length > 0 ? [] : RACE_CASES) {
    if (one === undefined || two === undefined || (cases.length > 0 && !cases.includes(tried.name))) continue;
    const found = await tried.run(await openPairBench([one, two, ...more], at));
    raced[tried.name] = found;
    say(`${found.ok ? 'ok     ' : 'DIFFERS'} ${tried.name}: ${found.seen}`);
  }
  await provider.close();
  const findings = [raced, ...reports.map((report) => report.findings)].flatMap(Object.values<Finding>);
  const differs = findings.some(({ ok }) => !ok);
  if (firsts.length + cases.length > 0) return differs ? 1 : 0;
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(path.join(root, PAGE), recoveryPage(reports, raced, { date, versions }));
  say(`written: ${PAGE}`);
  return 0;
}

/** Every tool before every other one. */
function pairs(tools: readonly RealTool[]): [RealTool, RealTool][] {
  return tools.flatMap((first) =>
    tools.filter((second) => second !== first).map((second): [RealTool, RealTool] => [first, second]),
  );
}

function fail(reason: string): number {
  say(`nothing written: ${reason}`);
  return 1;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
