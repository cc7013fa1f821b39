import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { nearest } from '../../diagnostics/suggest.js';
import { finding } from '../finding.js';
import { GATEWAY } from '../keys/gateway.js';
import { kindOfTool, TOOL } from '../keys/tools.js';
import { at, child, isTree, itemsOf, type Path, type Tree } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';

const CODE = 'config/missing-key';

/** Keys that are needed over all layers together, or because of another key. */
export const missingKey: Rule = {
  code: CODE,
  check: (context) => [
    ...missingVersion(context),
    ...entries(context, 'tools').flatMap(({ name, entry, path }) =>
      missingInTool(context, { name, entry, path }),
    ),
    ...entries(context, 'policies').flatMap(({ path }) => missingInBudgets(context, path)),
  ],
};

function missingVersion(context: RuleContext): Diagnostic[] {
  const { merged } = context;
  const source = merged.layers.flatMap((layer) => layer.sources).at(-1);
  if (
    source === undefined ||
    at(merged.value, ['version']) !== undefined ||
    context.faults.isDoubtful(['version'])
  )
    return [];
  const place = { file: source.file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const found = finding(context, {
    code: CODE,
    path: [],
    message: 'a config needs the key `version`',
    hint: 'add the line `version: 1`',
  });
  return [{ ...found, place }];
}

function missingInTool(context: RuleContext, tool: { name: string; entry: Tree; path: Path }): Diagnostic[] {
  const { name, entry, path } = tool;
  if (context.faults.isDoubtful(path) || context.faults.isDoubtful([...path, 'kind'])) return [];
  const lacks = (key: string) =>
    child(entry, key) === undefined && !context.faults.isDoubtful([...path, key]);
  const kind = kindOfTool(entry.kind);
  if (kind !== 'command') {
    const required = Object.entries(TOOL[kind]).filter(([, key]) => key.definition.isRequiredOnceMerged);
    const missing = required.flatMap(([key]) => (lacks(key) ? [`\`${key}\``] : []));
    if (missing.length === 0) return [];
    const message = `tool \`${name}\` of kind \`${kind}\` needs the key ${missing.join(', and ')}`;
    return [needs(context, path, message)];
  }
  const hasNoArguments = lacks('args') && lacks('command_template');
  const wanted = [
    ...(lacks('binary') ? ['`binary`'] : []),
    ...(hasNoArguments ? ['`args` or `command_template`'] : []),
  ];
  if (wanted.length > 0) {
    const message = `tool \`${name}\` needs the key ${wanted.join(', and ')}`;
    const hint = nearBuiltIn(context, name) ?? `for example \`${name}: { binary: ${name}, args: [] }\``;
    return [needs(context, path, message, hint)];
  }
  return [
    ...missingInOutput(context, { name, entry, path }),
    ...missingInGateway(context, { name, entry, path }),
  ];
}

function missingInGateway(
  context: RuleContext,
  { name, entry, path }: { name: string; entry: Tree; path: Path },
): Diagnostic[] {
  const where = [...path, 'gateway'];
  const gateway = child(entry, 'gateway');
  if (!isTree(gateway) || context.faults.isDoubtful(where)) return [];
  const missing = Object.entries(GATEWAY).flatMap(([key, { definition }]) =>
    definition.isRequiredOnceMerged === true &&
    child(gateway, key) === undefined &&
    !context.faults.isDoubtful([...where, key])
      ? [`\`${key}\``]
      : [],
  );
  if (missing.length === 0) return [];
  return [needs(context, where, `\`gateway\` of tool \`${name}\` needs the key ${missing.join(', and ')}`)];
}

/** JSON has many values: which is the answer must be said. */
function missingInOutput(
  context: RuleContext,
  { name, entry, path }: { name: string; entry: Tree; path: Path },
): Diagnostic[] {
  const output = child(entry, 'output');
  const where = [...path, 'output'];
  const format = child(output, 'format');
  if (format !== 'json' && format !== 'ndjson') return [];
  const isGiven = ['text', 'deltas', 'data'].some((key) => child(output, key) !== undefined);
  if (isGiven || context.faults.isDoubtful([...where, 'text'])) return [];
  const message = `\`output\` of format \`${format}\` in tool \`${name}\` needs the key \`text\``;
  return [needs(context, where, message, 'a selector such as `/result`')];
}

/** A budget without a limit has no effect. */
function missingInBudgets(context: RuleContext, policy: Path): Diagnostic[] {
  const list = [...policy, 'budget'];
  return itemsOf(at(context.merged.value, list)).flatMap(({ item, step }) => {
    const path = [...list, ...step];
    const isEmpty = BUDGET_LIMITS.every((key) => child(item, key) === undefined);
    if (!isEmpty || context.faults.isDoubtful(path) || context.faults.hasFaultInside(path)) return [];
    const message = `${describePath(path)} needs the key \`per_request_usd\`, \`daily_usd\` or \`monthly_usd\``;
    return [needs(context, path, message)];
  });
}

const BUDGET_LIMITS = ['per_request_usd', 'daily_usd', 'monthly_usd'];

/** An incomplete entry is often a built-in tool whose name was misspelt. */
function nearBuiltIn(context: RuleContext, name: string): string | null {
  const builtIn = context.merged.layers.filter((layer) => layer.name === 'built-in');
  const near = nearest(
    name,
    builtIn.flatMap((layer) => Object.keys((layer.value.tools as Tree | undefined) ?? {})),
  );
  return near === null ? null : `did you mean the built-in tool \`${near}\`?`;
}

function needs(context: RuleContext, path: Path, message: string, hint: string | null = null): Diagnostic {
  return finding(context, { code: CODE, path, what: 'key', message, hint });
}
