import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { layerOfBuiltIn, PLACE_DEPTH, type Places } from '../src/catalog/built-in.js';
import { configSchema } from '../src/config/json-schema.js';
import { layerOf, mergeLayers } from '../src/config/layers.js';
import { toPlainJson } from '../src/config/plain-json.js';
import { resolveConfig } from '../src/config/resolve.js';
import { type ConfigSource, parseSource } from '../src/config/source.js';
import { isTree, type Path, type Tree } from '../src/config/tree.js';
import { type Diagnostic, formatPlace } from '../src/diagnostics/diagnostic.js';
import { TRACE_SCHEMA } from '../src/trace/schema.js';
import { configPage } from './config-page.js';
import { documentPage } from './document-page.js';
import { environmentPage } from './environment-page.js';
import { eventsPage } from './events-page.js';
import { failuresPage } from './failures-page.js';
import { checkFresh, fail, type GeneratedFile, writeChanged } from './generated-files.js';
import { metricsPage } from './metrics-page.js';
import { argumentChecks, requestChecks } from './request-checks.js';
import { schemaCheck } from './schema-check.js';
import { secretsPage } from './secrets-page.js';
import { telemetryPage } from './telemetry-page.js';
import { toolPages } from './tool-pages.js';

const SCHEMA_FILE = 'schema/config.schema.json';

/**
 * Writes the sources that the build needs, and the committed files that need none of them; `--check` only tells whether what is
 * committed is fresh. Returns the exit code.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const catalog = await readCatalog(root);
  if (catalog.trouble.length > 0) return fail(catalog.trouble.map(describe));
  const committed: GeneratedFile[] = [
    [SCHEMA_FILE, `${JSON.stringify(configSchema(), null, 2)}\n`],
    ['schema/trace.schema.json', `${JSON.stringify(TRACE_SCHEMA, null, 2)}\n`],
    ['docs/reference/config.md', configPage()],
    ['docs/reference/environment.md', environmentPage()],
    ['docs/reference/failures.md', failuresPage()],
    ['docs/reference/document.md', documentPage()],
    ['docs/reference/events.md', eventsPage()],
    ['docs/reference/secrets.md', secretsPage()],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/telemetry.md', telemetryPage()],
    ...(await toolPages(root, catalog.value)),
  ];
  await writeChanged(root, 'src/config/schema-check.generated.ts', await schemaCheck(root));
  await writeChanged(root, 'src/server/request-checks.generated.ts', await requestChecks(root));
  await writeChanged(root, 'src/mcp/argument-checks.generated.ts', await argumentChecks(root));
  await writeChanged(root, 'src/catalog/built-in.generated.ts', builtInCode(catalog));
  await writeChanged(root, 'src/catalog/templates.generated.ts', await templatesCode(root));
  await writeChanged(root, 'src/version.generated.ts', await versionCode(root));
  if (args.includes('--check')) return checkFresh(root, committed);
  for (const [file, text] of committed) await writeChanged(root, file, text);
  return 0;
}

/** The version stands in package.json alone. */
async function versionCode(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `/** The version of this package. */\nexport const VERSION = ${JSON.stringify(version)};\n`;
}

interface Catalog {
  value: Tree;
  places: Places;
  trouble: Diagnostic[];
}

async function readCatalog(root: string): Promise<Catalog> {
  const files = [
    ...(await yamlIn(root, 'templates/tools')),
    ...(await yamlIn(root, 'templates', 'models.yaml')),
  ];
  const parsed = await Promise.all(
    files.map(async (file) => parseSource({ file, text: await readFile(path.join(root, file), 'utf8') })),
  );
  const sources = parsed.flatMap((one): ConfigSource[] => (one.source === null ? [] : [one.source]));
  const { layer, diagnostics } = layerOf('built-in', sources);
  const trouble = [...parsed.flatMap((one) => one.diagnostics), ...diagnostics];
  const places = Object.fromEntries(
    pathsOf(layer.value, []).flatMap((where) => {
      const place = layer.place(where, 'key');
      if (place === null) return [];
      const { line, column, endLine, endColumn } = place;
      return [[where.join(' '), [files.indexOf(place.file), line, column, endLine, endColumn]]];
    }),
  );
  return { value: layer.value, places: { files, places }, trouble };
}

async function yamlIn(root: string, folder: string, only: string | null = null): Promise<string[]> {
  const names = await readdir(path.join(root, folder)).catch((): string[] => []);
  const wanted = names.filter((name) => (only === null ? name.endsWith('.yaml') : name === only));
  return wanted.sort().map((name) => `${folder}/${name}`);
}

/** Every path whose place is kept. */
function pathsOf(value: unknown, base: Path): Path[] {
  if (base.length === PLACE_DEPTH || !isTree(value)) return [];
  return Object.keys(value).flatMap((key) => [[...base, key], ...pathsOf(value[key], [...base, key])]);
}

/** The built-in layer as texts to parse. Its entries are resolved here, where no run waits for it. */
function builtInCode({ value, places }: Catalog): string {
  const layer = layerOfBuiltIn({ value, places: () => places });
  const { tools, models } = resolveConfig(mergeLayers([layer]), { home: '/', pathOf: (file) => file });
  const texts = { VALUE: value, PLACES: places, RESOLVED: toPlainJson({ tools, models }) };
  return Object.entries(texts)
    .map(([name, one]) => `export const ${name} = ${JSON.stringify(JSON.stringify(one))};\n`)
    .join('');
}

async function templatesCode(root: string): Promise<string> {
  const files = await yamlIn(root, 'templates/config');
  const entries = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(path.join(root, file), 'utf8');
      const description = /^#\s*(.*)$/m.exec(text)?.[1]?.trim() ?? '';
      return [path.basename(file, '.yaml'), { description, text }];
    }),
  );
  const type = 'Readonly<Record<string, { description: string; text: string }>>';
  const doc = '/** Example configs by name, each with the sentence of its first comment line. */';
  return `${doc}\nexport const TEMPLATES: ${type} = ${JSON.stringify(Object.fromEntries(entries), null, 1)};\n`;
}

function describe(one: Diagnostic): string {
  return `${one.place === null ? '' : `${formatPlace(one.place)}: `}${one.message} [${one.code}]`;
}
