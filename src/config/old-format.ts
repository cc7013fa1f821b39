import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { ConfigSource } from './source.js';
import { at, child, entriesOf, isTree, itemsOf, type Path } from './tree.js';

/** Top-level keys that only configs of llm-service have. */
const SERVICE_KEYS = [
  'cost_optimization',
  'daily_budget_usd',
  'log_prompts',
  'max_requests_per_minute',
  'prefer_cheaper_models_under_tokens',
];

/**
 * The one finding about a file in the format of lee-llm-router or llm-service; `null` for any other. Other findings about
 * such a file are meaningless.
 */
export function oldFormat(source: ConfigSource): Diagnostic | null {
  const mark = markOf(source.value);
  if (mark === null) return null;
  const message = `this is a config of ${mark.router}, which has another format`;
  return diagnostic('config/old-format', message, {
    place: source.place(mark.path, 'key'),
    hint: `\`llm-router config migrate ${source.file}\` converts it`,
  });
}

function markOf(tree: unknown): { router: string; path: Path } | null {
  if (isTree(child(tree, 'llm'))) return { router: 'lee-llm-router', path: ['llm'] };
  if (child(tree, 'version') === 1) return null;
  const path = serviceMark(tree);
  return path === null ? null : { router: 'llm-service', path };
}

function serviceMark(tree: unknown): Path | null {
  const top = SERVICE_KEYS.find((key) => child(tree, key) !== undefined);
  if (top !== undefined) return [top];
  const telemetry = child(tree, 'telemetry');
  if (telemetry !== undefined && child(telemetry, 'otlp') === undefined) return ['telemetry'];
  const model = entriesOf(child(tree, 'models')).find(
    ([, entry]) => child(entry, 'cost_per_1k_tokens') !== undefined,
  );
  if (model !== undefined) return ['models', model[0], 'cost_per_1k_tokens'];
  const tool = entriesOf(child(tree, 'tools')).find(([, entry]) => hasOldTemplate(entry));
  return tool === undefined ? null : ['tools', tool[0], 'command_template'];
}

function hasOldTemplate(tool: unknown): boolean {
  const template = at(tool, ['command_template']);
  return itemsOf(template).some(
    ({ item }) => typeof item === 'string' && /\{\{\w+\}\}|<\s*\{prompt_file\}/.test(item),
  );
}
