import { child, entriesOf, isTree, type Tree } from '../tree.js';
import {
  anyValue,
  compact,
  type Draft,
  isFlag,
  isText,
  isTextList,
  isTextMap,
  leftOver,
  type Note,
  overruled,
  renamedNote,
  sameNameNotes,
  type Taken,
  textOf,
  textsOf,
  validName,
} from './draft.js';
import { convertModels } from './service-models.js';
import { convertPolicies } from './service-policies.js';
import { convertTools } from './service-tools.js';

/** Sections of a config of llm-service that are read; the rest is noted. */
const SECTIONS: Taken = {
  agents: isTree,
  tools: isTree,
  models: isTree,
  policies: isTree,
  telemetry: isTree,
  version: anyValue,
  default_agent: isText,
};
/** Sections that stood at the top or inside of `policies`. */
export const LIFTED = [
  'cost_optimization',
  'rate_limiting',
  'model_selection',
  'enforcement',
  'team_budget',
] as const;

/** Converts a config of llm-service, its four files laid into one map. */
export function fromService(old: Tree, builtIns: readonly string[]): Draft {
  const lifted = liftedSections(old);
  const agents = convertAgents(child(old, 'agents'));
  const models = convertModels(child(old, 'models'));
  const tools = convertTools({ tools: child(old, 'tools'), rates: child(lifted, 'rate_limiting'), builtIns });
  const policies = convertPolicies(child(old, 'policies'), lifted);
  const telemetry = convertTelemetry(child(old, 'telemetry'));
  const value = {
    version: 1,
    default_agent: textOf(child(old, 'default_agent')),
    agents: agents.value,
    tools: withMissingModels(tools.value, agents.value),
    models: { ...models.value, ...missingModels(agents.value, tools.value, models.value) },
    policies: policies.value,
    ledger: telemetry.value,
  };
  const notes = [agents, models, tools, policies, telemetry].flatMap((part) => part.notes);
  const sections = { ...SECTIONS, ...Object.fromEntries(LIFTED.map((key) => [key, isTree])) };
  return { value, notes: [...notes, ...liftedTwice(old), ...leftOver(old, sections, [])] };
}

/** A section may stand inside of `policies` and beside it. */
function liftedTwice(old: Tree): Note[] {
  return LIFTED.flatMap((key) =>
    overruled(
      [
        { key: `policies.${key}`, value: child(child(old, 'policies'), key) },
        { key, value: child(old, key) },
      ],
      [],
    ),
  );
}

function liftedSections(old: Tree): Tree {
  return Object.fromEntries(
    LIFTED.flatMap((key): [string, unknown][] => {
      const section = child(child(old, 'policies'), key) ?? child(old, key);
      return isTree(section) ? [[key, section]] : [];
    }),
  );
}

const AGENT: Taken = {
  preferred_tool: isText,
  tool: isText,
  preferred_model: isText,
  model: isText,
  fallback_chain: isTextList,
  task_types: isTextMap,
  policy: isText,
  description: isText,
};

function convertAgents(section: unknown): Draft {
  const agents = entriesOf(section).map(([old, entry]) => {
    const agent = isTree(entry) ? entry : {};
    const name = validName(old);
    const tool = textOf(child(agent, 'preferred_tool') ?? child(agent, 'tool'));
    const value = compact({
      description: textOf(child(agent, 'description')),
      preferred_tool: tool === undefined ? undefined : validName(tool),
      preferred_model: textOf(child(agent, 'preferred_model') ?? child(agent, 'model')),
      fallback_chain: textsOf(child(agent, 'fallback_chain')).map(fallbackEntry),
      task_types: textMap(child(agent, 'task_types')),
      policy: textOf(child(agent, 'policy')),
    });
    const path = ['agents', name];
    const of = (...keys: string[]) =>
      overruled(
        keys.map((key) => ({ key, value: child(agent, key) })),
        path,
      );
    const notes = [
      ...renamedNote(old, name, path),
      ...of('preferred_tool', 'tool'),
      ...of('preferred_model', 'model'),
      ...leftOver(agent, AGENT, path),
    ];
    return { name, value, notes };
  });
  return {
    value: Object.fromEntries(agents.map(({ name, value }) => [name, value])),
    notes: [
      ...sameNameNotes(
        agents.map(({ name }) => name),
        'agents',
      ),
      ...agents.flatMap(({ notes }) => notes),
    ],
  };
}

function fallbackEntry(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? validName(text) : `${validName(text.slice(0, colon))}:${text.slice(colon + 1)}`;
}

function textMap(value: unknown): Tree {
  return Object.fromEntries(
    entriesOf(value).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one]] : [])),
  );
}

/** Pairs that agents name: the old loader did not look whether a tool lists the model of a fallback. */
function pairsOf(agents: Tree): { tool: string; model: string }[] {
  return entriesOf(agents).flatMap(([, agent]) => {
    const tool = textOf(child(agent, 'preferred_tool'));
    const model = textOf(child(agent, 'preferred_model'));
    const chain = textsOf(child(agent, 'fallback_chain')).flatMap((text) => {
      const colon = text.indexOf(':');
      return colon < 0 ? [] : [{ tool: text.slice(0, colon), model: text.slice(colon + 1) }];
    });
    return [...(tool === undefined || model === undefined ? [] : [{ tool, model }]), ...chain];
  });
}

function withMissingModels(tools: Tree, agents: Tree): Tree {
  const pairs = pairsOf(agents);
  return Object.fromEntries(
    entriesOf(tools).map(([name, tool]) => {
      const listed = textsOf(child(tool, 'models'));
      const asked = pairs.flatMap((pair) => (pair.tool === name ? [pair.model] : []));
      const models = [...new Set([...listed, ...asked])];
      return [name, isTree(tool) ? { ...tool, ...(models.length === 0 ? {} : { models }) } : tool];
    }),
  );
}

/** Models of `task_types` that are neither defined nor listed. */
function missingModels(agents: Tree, tools: Tree, models: Tree): Tree {
  const listed = entriesOf(tools).flatMap(([, tool]) => textsOf(child(tool, 'models')));
  const asked = entriesOf(agents).flatMap(([, agent]) =>
    entriesOf(child(agent, 'task_types')).map(([, model]) => String(model)),
  );
  const names = asked.filter((model) => {
    const isPair = model.includes(':') && Object.hasOwn(tools, model.slice(0, model.indexOf(':')));
    return !isPair && !listed.includes(model) && !Object.hasOwn(models, model);
  });
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** The database became the ledger, in a place and a form of its own: the old file is not read. */
function convertTelemetry(section: unknown): Draft {
  if (!isTree(section)) return { value: {}, notes: [] };
  const days = Number(child(section, 'retention_days'));
  const notes: Note[] = leftOver(
    section,
    { retention_days: (days) => Number(days) > 0, enabled: isFlag },
    [],
    'telemetry.',
  );
  if (child(section, 'enabled') === false)
    notes.push({
      path: [],
      text: '`telemetry.enabled: false`: `traces: { enabled: false }` keeps no traces',
    });
  return { value: compact({ retention_days: days > 0 ? Math.round(days) : undefined }), notes };
}
