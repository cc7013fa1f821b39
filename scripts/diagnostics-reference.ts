import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { layerOf } from '../src/config/layers.js';
import { parseSource } from '../src/config/source.js';
import { CODES, type Code } from '../src/diagnostics/codes.js';
import { SUMMARIES } from '../src/diagnostics/summaries.js';
import { loadConfig } from '../src/lint/load.js';

const PAGE = 'docs/reference/diagnostics.md';
const FIXTURES = 'test/fixtures/config';

/** What to do about findings that no example file can show. */
const WITHOUT_EXAMPLE: Readonly<Partial<Record<Code, string>>> = {
  'config/file-not-found':
    'Name a file or folder that exists with `--config` or `LLM_ROUTER_CONFIG`, or write one with `llm-router config init`.',
  'config/unreadable':
    'The message says what the system answered; most often the permissions of the file are the cause.',
  'config/not-a-file': 'Name a regular file or a folder: a pipe, a socket or a device cannot be a config.',
  'config/empty-folder':
    'Put at least one file whose name ends in `.yaml` or `.yml` into the folder, or name the file itself.',
  'config/other-owner':
    'Read it. If it is right, name it with `--config`, take ownership of it, or set `LLM_ROUTER_TRUST=1`. Until then everything runs as if it was not there. The own config of the user must not be writable by others either (a private group of the user is no other), and nothing runs until it is, since its limits could have been taken away.',
  'config/file-and-folder':
    'Move everything into `llm-router.yaml` or into `.llm-router/`, and remove the other; `llm-router.yml` is read too, and not beside one of them.',
  'config/misnamed-file':
    'Rename it as the hint says: `llm-router.yaml` or `llm-router.yml` in a project, `*.yaml` or `*.yml` in small letters in a folder of configs itself, not in folders below it.',
  'config/own-limit':
    'Nothing is wrong: `config show --origin` says what holds. A project, or a config that is named with `--config`, can make the limits, denials and patterns of your own config stricter, and never looser. Change your own config if you mean the other value.',
  'config/no-config':
    'Write a config with `llm-router config init`, or name one with `--config`. Without any, the built-in catalogue is used.',
  'config/file-too-large':
    'Keep long prompts in files of their own (`system_file`), and split a large file into those of a `.llm-router/` folder. A file has 1 MiB at most, the files of a folder 2 MiB together, and a config 30000 values, aliases expanded.',
  'config/too-many-findings':
    'Mend the listed mistakes, and check the file again. Names, prices and budgets are checked once the shape of all files is right.',
  'config/not-utf8':
    'Save the file as UTF-8, for example with `iconv -t UTF-8`. A byte order mark is accepted.',
};

/** The page of all findings: what each means, a config that causes it with its screen, and the config mended. */
export async function diagnosticsReference(root: string): Promise<[file: string, text: string]> {
  const codes = Object.keys(CODES) as Code[];
  const sections = await Promise.all(codes.map((code) => sectionOf(root, code)));
  const text = [HEAD, tableOf(codes), ...sections].join('\n\n');
  return [PAGE, `${text}\n`];
}

const HEAD = `# Findings about a config

<!-- Made by \`npm run generate\` from the catalogue of codes and the examples in \`${FIXTURES}/examples\`. -->

\`llm-router config validate\` reports everything that it finds at once, sorted by place. Each finding has a code that stays the
same, so that scripts can rely on it. An error keeps every command from running; a warning fails only \`config validate
--strict\`; an info never does. \`config validate --fix\` makes the changes that are certain, and leaves the rest of the files as
it is. \`--format json\`, \`github\` and \`sarif\` carry the same findings for other programs.`;

function tableOf(codes: readonly Code[]): string {
  const rows = codes.map(
    (code) => `| [\`${code}\`](#${code.replace('/', '')}) | ${CODES[code]} | ${SUMMARIES[code]} |`,
  );
  return ['| code | severity | means |', '|---|---|---|', ...rows].join('\n');
}

async function sectionOf(root: string, code: Code): Promise<string> {
  const severity = CODES[code];
  const head = `## ${code}\n\n${severity.charAt(0).toUpperCase()}${severity.slice(1)}: ${SUMMARIES[code]}.`;
  const advice = WITHOUT_EXAMPLE[code];
  if (advice !== undefined) return `${head}\n\n${advice}`;
  const folder = path.join(root, FIXTURES, 'examples', code.replace('config/', ''));
  const [wrong, mended] = [await filesOf(folder, 'wrong'), await filesOf(folder, 'mended')];
  const screen = await readFile(path.join(folder, 'wrong.out'), 'utf8');
  const fixed = (await isFixable(root, wrong, code)) ? ' `config validate --fix` does it.' : '';
  return [
    head,
    blocks(wrong),
    fenced('text', screen.replaceAll('wrong.yaml', 'llm-router.yaml').replaceAll('wrong/', '.llm-router/')),
    `Mended:${fixed}`,
    blocks(mended),
  ].join('\n\n');
}

interface ExampleFile {
  name: string;
  text: string;
}

/** One file, or those of a folder. */
async function filesOf(folder: string, name: string): Promise<ExampleFile[]> {
  const single = await readFile(path.join(folder, `${name}.yaml`), 'utf8').catch(() => null);
  if (single !== null) return [{ name: 'llm-router.yaml', text: single }];
  const names = (await readdir(path.join(folder, name))).sort();
  return Promise.all(
    names.map(async (file) => ({
      name: `.llm-router/${file}`,
      text: await readFile(path.join(folder, name, file), 'utf8'),
    })),
  );
}

function blocks(files: readonly ExampleFile[]): string {
  if (files.length === 1) return files.map(({ text }) => fenced('yaml', text)).join('');
  return files.map(({ name, text }) => fenced('yaml', `# ${name}\n${text}`)).join('\n\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

async function isFixable(root: string, files: readonly ExampleFile[], code: Code): Promise<boolean> {
  const catalogue = await readFile(path.join(root, FIXTURES, 'built-in.yaml'), 'utf8');
  const { source } = parseSource({ file: 'built-in.yaml', text: catalogue });
  const { layer } = layerOf('built-in', source === null ? [] : [source]);
  const { diagnostics } = loadConfig({
    sources: [
      { layer: 'project', files: files.map(({ name, text }) => ({ file: name, path: `/${name}`, text })) },
    ],
    builtIn: { ...layer, sources: [] },
    home: '/',
  });
  return diagnostics.some((one) => one.code === code && one.fix !== null);
}
