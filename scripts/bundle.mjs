// Bundles the command line into a few files: what a warm `exec` loads, in one scope, and packs of the rest, whose parts run when they
// are imported. esbuild splits ES modules only, so its chunks are turned into CommonJS in a second step.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { build, transform } from 'esbuild';

/** Loaded by every run, while its tool works or after its answer: as parts of the first file they cost less than as others. */
const LOADED_BY_EVERY_RUN = [
  'src/trace/document.ts',
  'src/trace/store.ts',
  'src/trace/retention.ts',
  'src/router/running/end-interrupted-runs.ts',
  'src/ledger/pending.ts',
];

/** What loads with the first import of this module goes into the pack of this name; everything else into `more`. */
const PACKS = {
  config: 'src/cli/config.ts',
  ledger: 'src/ledger/open-ledger.ts',
  postgres: 'src/ledger/postgres/open.ts',
  snapshot: 'src/router/recovery/run-files.ts',
};

/** What loads with these modules and with no other goes into the pack of this name. */
const OWN_PACKS = {
  otlp: ['src/telemetry/otlp/open.ts', 'src/telemetry/otlp/try-targets.ts'],
  mcp: ['src/mcp/sdk.ts'],
  times: ['src/domain/limit-time.ts'],
};

/** Code that V8 takes from a cache cannot use `import()` on Node 20: bin/llm-router.cjs hands in one that can. */
const IMPORT = /\bimport\("([A-Za-z0-9:./@_-]+)"\)/g;

/** One expression, which bin/llm-router.cjs calls with what the code asks for. */
const PARAMETERS = 'exports, require, module, importModule, importNode, __filename';

/** What esbuild makes of a default import of a module of Node: a copy of each of its properties, for each file that imports it. */
const NODE_COPY = /\b__toESM\d*\(require\("(node:[a-z_/]+)"\)\)/g;

/**
 * @param {{ root: string, external: string[] }} given
 * @returns {Promise<{ files: Record<string, string>, packages: string[] }>} the text of each file, and what is in them
 */
export async function bundle({ root, external }) {
  const split = await build({
    ...optionsFor(root),
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    define: { ...optionsFor(root).define, 'Intl.Segmenter': 'LateSegmenter' },
    inject: ['scripts/late-segmenter.mjs'],
    splitting: true,
    format: 'esm',
    external,
    metafile: true,
  });
  const chunks = chunksOf(split, root);
  const hot = hotChunks(chunks);
  const cold = coldPacks(chunks, hot);
  const packOf = (name) => Object.keys(cold).find((pack) => cold[pack].includes(name));
  const files = { cli: await hotFile(root, { chunks, hot, packOf, external }) };
  for (const [pack, names] of Object.entries(cold))
    files[pack] = await packFile(names, { chunks, hot, packOf });
  const id = createHash('sha256').update(Object.values(files).join('\n')).digest('hex');
  const finished = Object.entries(files).map(([name, text]) => [
    name,
    finish(text.replaceAll('@build@', id)),
  ]);
  return { files: Object.fromEntries(finished), packages: packageFolders(split) };
}

function optionsFor(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    // Of packages with both, the ES modules: what is not used of them is left out.
    mainFields: ['module', 'main'],
    target: 'node20',
    // The build of ulid for Node loads `node:crypto`, for random numbers that it is handed here.
    alias: { ulid: './node_modules/ulid/dist/browser/index.js' },
    define: { 'import.meta.url': '__filename', ROUTER_BUILD: '"@build@"', RE2_FILE: '"./later/re2js.cjs"' },
    // Read twice as fast as other text.
    charset: 'ascii',
    // Names stay: they are in the stack of a bug report.
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
    logLevel: 'warning',
  };
}

/** esbuild's outputs by name, each with its text, what it imports at once, and the source that it is the entry of. */
function chunksOf({ outputFiles, metafile }, root) {
  const texts = new Map(outputFiles.map((file) => [path.relative(root, file.path), file.text]));
  return new Map(
    Object.entries(metafile.outputs).map(([file, { imports, entryPoint = null, exports }]) => {
      const ours = imports.filter((one) => one.external !== true);
      const linked = (kind) => ours.filter((one) => one.kind === kind).map((one) => path.basename(one.path));
      const known = { entry: entryPoint, exports, at_once: linked('import-statement') };
      return [path.basename(file), { ...known, text: texts.get(file) ?? '' }];
    }),
  );
}

function closureOf(chunks, entries) {
  const found = new Set();
  const add = (name) => {
    if (found.has(name)) return;
    found.add(name);
    chunks.get(name)?.at_once.forEach(add);
  };
  entries.forEach(add);
  return found;
}

function entryChunk(chunks, source) {
  const [name] = [...chunks].find(([, { entry }]) => entry === source) ?? [];
  if (name === undefined) throw new Error(`nothing imports ${source} by \`import()\``);
  return name;
}

function hotChunks(chunks) {
  return closureOf(
    chunks,
    ['src/main.ts', ...LOADED_BY_EVERY_RUN].map((source) => entryChunk(chunks, source)),
  );
}

function coldPacks(chunks, hot) {
  const rest = new Set([...chunks.keys()].filter((name) => !hot.has(name)));
  const packs = {};
  for (const [pack, source] of Object.entries(PACKS)) {
    packs[pack] = [...closureOf(chunks, [entryChunk(chunks, source)])].filter((name) => rest.delete(name));
  }
  for (const [pack, sources] of Object.entries(OWN_PACKS)) {
    const own = sources.map((source) => entryChunk(chunks, source));
    const isOurs = ({ entry }) => entry?.startsWith('src/') === true;
    const others = [...chunks].flatMap(([name, chunk]) =>
      isOurs(chunk) && !own.includes(name) ? [name] : [],
    );
    const shared = closureOf(chunks, others);
    packs[pack] = [...closureOf(chunks, own)].filter((name) => !shared.has(name) && rest.delete(name));
  }
  return { ...packs, more: [...rest] };
}

/** The hot chunks in one scope. What others import of them is in `parts`, by the names of the chunks, made when it is asked for. */
async function hotFile(root, { chunks, hot, packOf, external }) {
  const shared = new Set(
    [...chunks].filter(([name]) => !hot.has(name)).flatMap(([, { at_once }]) => at_once),
  );
  const isShared = (name) => shared.has(name) || LOADED_BY_EVERY_RUN.includes(chunks.get(name).entry);
  const parts = [...hot].filter(isShared).map((chunk) => ({ chunk, names: chunks.get(chunk).exports }));
  const local = (chunk, name) => `${partName(chunk)}_${name}`;
  const entry = [
    `export { main, realWorld } from './main.js';`,
    ...parts.map(({ chunk, names }) => {
      const imported = names.map((name) => `${name} as ${local(chunk, name)}`);
      return `import { ${imported.join(', ')} } from './${chunk}';`;
    }),
    'export const parts = {',
    ...parts.map(({ chunk, names }) => {
      const getters = names.map((name) => `get ${name}() { return ${local(chunk, name)}; }`);
      return `${partName(chunk)}: () => ({ ${getters.join(', ')} }),`;
    }),
    '};',
  ];
  const result = await build({
    ...optionsFor(root),
    stdin: { contents: entry.join('\n'), resolveDir: path.join(root, 'dist'), sourcefile: 'hot.js' },
    outfile: 'dist/cli.cjs',
    format: 'cjs',
    external,
    plugins: [
      {
        name: 'chunks',
        setup(setup) {
          setup.onResolve({ filter: /^\.\// }, (found) => {
            const name = path.basename(found.path);
            const isHot = hot.has(name);
            if (isHot && found.kind === 'import-statement') return { path: name, namespace: 'chunk' };
            return { path: isHot ? `cli:${partName(name)}` : `${packOf(name)}:${name}`, external: true };
          });
          setup.onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path: name }) => ({
            contents: chunks.get(name).text,
            resolveDir: path.join(root, 'dist'),
          }));
        },
      },
    ],
  });
  return result.outputFiles[0].text;
}

function partName(chunk) {
  return chunk.replace(/\W/g, '_');
}

/** Functions by the names of the chunks, each the body of a CommonJS module. */
async function packFile(names, { chunks, hot, packOf }) {
  const bodies = await Promise.all(
    names.map(async (name) => {
      const { code } = await transform(chunks.get(name).text, {
        format: 'cjs',
        target: 'node20',
        platform: 'node',
        charset: 'ascii',
        minifyWhitespace: true,
        minifySyntax: true,
      });
      const linked = code.replace(/\b(require|import)\("\.\/([\w-]+\.js)"\)/g, (_, how, chunk) => {
        const target = hot.has(chunk) ? `cli:${partName(chunk)}` : `${packOf(chunk)}:${chunk}`;
        return `${how}("${target}")`;
      });
      return `${JSON.stringify(name)}(${PARAMETERS}){${linked}}`;
    }),
  );
  return `module.exports={${bodies.join(',')}}`;
}

function finish(text) {
  const source = text.replace(IMPORT, 'importModule("$1")').replace(NODE_COPY, 'importNode("$1")');
  if (/\bimport\(/.test(source)) throw new Error('the bundle holds an `import()` that was not replaced');
  return `(function (${PARAMETERS}) {${ascii(source)}})`;
}

/** esbuild leaves the characters of regular expressions as they are, and bin/llm-router.cjs reads every byte as one character. */
function ascii(source) {
  return source.replace(/[^\0-\x7f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The folders of the packages that a result of esbuild holds code of. */
export function packageFolders({ metafile }) {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = used.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  return [...new Set(folders)];
}
