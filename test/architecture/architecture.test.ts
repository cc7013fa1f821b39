import { describe, expect, it } from '@jest/globals';
import { type Import, importsOf, partOf, readSource, sourceFiles } from './imports.js';
import { PURE } from './pure.js';

/** The parts that each part may import, besides itself. Every part may import the leaves. */
const LEAVES = ['domain', 'diagnostics', 'redact', 'regex', 'paths', 'process', 'crypto'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'world', ...LEAVES],
  world: ['files'],
  index: ['library', 'router', 'config', 'trace', 'telemetry', 'health', 'version.generated', ...LEAVES],
  library: [
    'router',
    'ledger',
    'config-files',
    'config',
    'adapters',
    'health',
    'trace',
    'telemetry',
    'files',
    'world',
    'deadline',
    'version.generated',
    ...LEAVES,
  ],
  cli: [
    'router',
    'race',
    'isolation',
    'snapshot',
    'git',
    'server',
    'mcp',
    'jobs',
    'reports',
    'ledger',
    'config-files',
    'files',
    'catalog',
    'config',
    'world',
    'deadline',
    'health',
    'trace',
    'adapters',
    'version.generated',
    ...LEAVES,
  ],
  server: [
    'router',
    'shapes',
    'metrics',
    'reports',
    'policy',
    'trace',
    'health',
    'config',
    'ledger',
    'telemetry',
    'files',
    'world',
    'deadline',
    'version.generated',
    ...LEAVES,
  ],
  mcp: ['router', 'jobs', 'reports', 'shapes', 'adapters', 'trace', 'config', 'ledger', 'files', ...LEAVES],
  router: [
    'isolation',
    'snapshot',
    'git',
    'gateway',
    'gates',
    'routing',
    'policy',
    'files',
    'catalog',
    'health',
    'ledger',
    'trace',
    'telemetry',
    'adapters',
    'config',
    'files',
    ...LEAVES,
  ],
  gates: ['policy', 'ledger', 'config', ...LEAVES],
  race: ['router', 'isolation', 'snapshot', 'git', 'adapters', ...LEAVES],
  jobs: ['ledger', 'trace', 'files', ...LEAVES],
  git: LEAVES,
  snapshot: ['git', 'files', ...LEAVES],
  isolation: ['snapshot', 'git', 'files', ...LEAVES],
  reports: ['config', 'policy', 'ledger', 'trace', 'files', ...LEAVES],
  health: ['adapters', 'config', 'policy', 'files', ...LEAVES],
  ledger: ['policy', 'files', ...LEAVES],
  telemetry: ['trace', 'adapters', 'config', 'files', ...LEAVES],
  metrics: ['routing', 'policy', 'ledger', 'config', ...LEAVES],
  trace: ['files', ...LEAVES],
  adapters: ['config', 'files', ...LEAVES],
  gateway: ['adapters', 'config', ...LEAVES],
  routing: ['gates', 'policy', 'config', ...LEAVES],
  policy: ['config', ...LEAVES],
  catalog: ['config', ...LEAVES],
  lint: ['gates', 'routing', 'policy', 'adapters', 'config', ...LEAVES],
  'config-files': ['lint', 'config', 'catalog', 'files', 'build-id', ...LEAVES],
  'build-id': [],
  crypto: [],
  config: LEAVES,
  files: ['crypto'],
  deadline: ['domain'],
  domain: [],
  diagnostics: [],
  redact: ['regex'],
  regex: [],
  paths: [],
  process: ['domain'],
  shapes: ['domain', 'diagnostics'],
};

/** Parts of which others may import only types. */
const TYPES_ONLY: readonly [from: string, to: string, file?: string][] = [
  ['gates', 'config'],
  ['adapters', 'config'],
  ['routing', 'config'],
  ['policy', 'config'],
  ['health', 'config'],
  ['health', 'adapters'],
  ['reports', 'config'],
  ['metrics', 'config'],
  ['metrics', 'ledger'],
  ['cli', 'config'],
  ['cli', 'health'],
  ['cli', 'trace'],
  ['cli', 'adapters'],
  ['server', 'config'],
  ['server', 'health'],
  ['mcp', 'config'],
  ['mcp', 'trace'],
  ['mcp', 'ledger'],
  ['telemetry', 'config'],
];

/** The one folder or file that may import each package. */
const HOMES: Readonly<Record<string, (file: string) => boolean>> = {
  ...Object.fromEntries(
    ['api', 'core', 'otlp-transformer', 'resources', 'sdk-metrics', 'sdk-trace'].map((name) => [
      `@opentelemetry/${name}`,
      (file: string) => file.startsWith('telemetry/otlp/'),
    ]),
  ),
  commander: (file) => file.startsWith('cli/'),
  chalk: (file) => file.startsWith('cli/'),
  ora: (file) => file.startsWith('cli/'),
  shlex: (file) => file === 'cli/shell-command.ts',
  execa: (file) => file === 'adapters/probe.ts',
  yaml: (file) => file === 'config/source.ts' || /^config\/yaml-(document|text)\.ts$/.test(file),
  tokenx: (file) => file === 'router/planning/input-size.ts',
  ajv: (file) => file === 'router/attempts/answer-schema.ts',
  'ajv/dist/2020.js': (file) => file === 'router/attempts/answer-schema.ts',
  ulid: (file) => file === 'domain/id.ts',
  'string-width': (file) => file === 'diagnostics/width.ts',
  'wrap-ansi': (file) => file === 'cli/wrap.ts',
  libsql: (file) => file === 'ledger/libsql.ts',
  pg: (file) => file === 'ledger/postgres/connection.ts',
  hpagent: (file) => file === 'adapters/http/agents.ts',
  'eventsource-parser': (file) => file === 'adapters/http/sse.ts',
  re2js: (file) => file === 'regex/linear.ts',
  'prom-client': (file) => file === 'metrics/registry.ts',
  '@modelcontextprotocol/server': (file) => file === 'mcp/sdk.ts' || file === 'mcp/server.ts',
  '@modelcontextprotocol/server/stdio': (file) => file === 'mcp/sdk.ts',
  uplot: (file) => file === 'server/page/plot.ts',
  luxon: (file) => file === 'domain/limit-time.ts',
};

/** Functions that open files; `* as fs` has them all. */
const READS = /^(readFile|readFileSync|open|openSync|createReadStream|copyFile|copyFileSync|cp|cpSync|\*.*)$/;

/** The files that may open others, and what those are. Each has a name of our own or of the system. */
const READERS: Readonly<Record<string, string>> = {
  'files.ts': 'all files that a person, a project or a tool names',
  'snapshot/blobs.ts': 'a new file of ours, for what Git holds',
  'snapshot/copy-index.ts': 'the index of Git, to copy it and to see its checksum',
  'snapshot/restore.ts': 'a new file of ours, to copy it to another file system',
  'adapters/command/stdin-file.ts': 'a new file without a name, for the prompt',
  'adapters/command/subprocess.ts': 'on Windows, the start of the program that is about to run',
  'cli/answer-file.ts': 'the file of `-o`, to write it',
  'config-files/backup.ts': 'a config that was read already, to copy it',
  'ledger/audit.ts': 'the audit log of the user, to add a line',
  'ledger/libsql.ts': 'the program of Node, to see its first bytes',
  'ledger/open.ts': 'the ledger, to create it and to see its header',
  'jobs/store.ts': 'the output of our own detached runs, to create it and to follow it',
  'process/proc.ts': 'files of `/proc`',
  'router/running/run-recorder.ts': 'the record of our own run, to write it',
  'trace/call-journal.ts': 'the journal of our own run, to write it',
  'world.ts': 'the terminal, and what `/proc` says about stdin',
};

const IMPURE_WORDS =
  /\b(process\.|console\.|Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|fetch\()/;

const imports: Import[] = sourceFiles().flatMap(importsOf);

describe('the source tree', () => {
  it('imports in one direction', () => {
    const wrong = imports
      .filter(({ ours }) => ours)
      .filter(({ file, target }) => partOf(file) !== partOf(target))
      .filter(({ file, target }) => MAY_IMPORT[partOf(file)]?.includes(partOf(target)) !== true);
    expect(wrong.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('imports some parts only for their types', () => {
    const wrong = imports.filter(
      ({ file, target, ours, typeOnly }) =>
        ours && !typeOnly && TYPES_ONLY.some(([from, to]) => partOf(file) === from && partOf(target) === to),
    );
    expect(wrong.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('has no circles between files, type imports counted', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target, ours } of imports) {
      if (ours) graph.set(file, [...(graph.get(file) ?? []), target]);
    }
    expect(firstCircle(graph)).toBeNull();
  });

  it('imports every package in one folder', () => {
    const packages = imports.filter(({ ours, target }) => !ours && !target.startsWith('node:'));
    const astray = packages.filter(({ file, target }) => HOMES[target]?.(file) !== true);
    expect(astray.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('keeps I/O out of the pure parts', () => {
    const pure = sourceFiles().filter((file) => PURE.test(file));
    expect(pure.length).toBeGreaterThan(30);
    const allowed = new Set(['node:util']); // stripVTControlCharacters works on text alone
    const reaching = imports.filter(
      ({ file, target }) => PURE.test(file) && target.startsWith('node:') && !allowed.has(target),
    );
    const using = pure.filter((file) => IMPURE_WORDS.test(withoutComments(readSource(file))));
    expect([...reaching.map(({ file, target }) => `${file} > ${target}`), ...using]).toEqual([]);
  });

  it('imports only pure functions of the run into lint', () => {
    const used = imports.filter(({ file, ours, typeOnly }) => partOf(file) === 'lint' && ours && !typeOnly);
    const impure = used.filter(({ target }) => !PURE.test(target) && target !== 'gates/gates.ts');
    expect(impure.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('opens files to read them in one place, except those that only we name', () => {
    const readers = imports.flatMap(({ file, target, names }) =>
      /^node:fs(\/promises)?$/.test(target) && names.some((name) => READS.test(name)) ? [file] : [],
    );
    expect([...new Set(readers)].sort()).toEqual(Object.keys(READERS).sort());
  });

  it('uses `process` only in `world.ts`', () => {
    const users = sourceFiles().filter((file) =>
      /\bprocess\.(env|exit|argv|stdout|stderr|stdin)\b|\bconsole\./.test(withoutComments(readSource(file))),
    );
    expect(users).toEqual(['world.ts']);
  });
});

/** `a > b > a`; `null` where there is none. */
function firstCircle(graph: ReadonlyMap<string, readonly string[]>): string | null {
  const done = new Set<string>();
  const from = (file: string, trail: readonly string[]): string | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(' > ');
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = from(next, [...trail, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = from(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
