import { child, entriesOf, isTree, type Tree } from '../tree.js';
import {
  compact,
  type Draft,
  durationOf,
  isFlag,
  isNumber,
  isSeconds,
  isText,
  isTextList,
  leftOver,
  type Note,
  numberOf,
  renamedNote,
  sameNameNotes,
  type Taken,
  textOf,
  textsOf,
  validName,
} from './draft.js';
import { convertProvider, type ProviderTool } from './lee-providers.js';

/** Converts a config of lee-llm-router: the map below `llm`. Roles become agents, providers tools. */
export function fromLeeRouter(llm: Tree, builtIns: readonly string[]): Draft {
  const providers = convertProviders(llm, builtIns);
  const agents = entriesOf(child(llm, 'roles')).map(([name, role]) =>
    convertRole(name, isTree(role) ? role : {}, providers.names),
  );
  const defaultRole = textOf(child(llm, 'default_role'));
  const value = {
    version: 1,
    default_agent: defaultRole === undefined ? undefined : validName(defaultRole),
    agents: Object.fromEntries(agents.map(({ name, agent }) => [name, agent])),
    tools: providers.tools,
  };
  return {
    value,
    notes: [
      ...providers.notes,
      ...agents.flatMap(({ notes }) => notes),
      ...leftOver(llm, { default_role: isText, providers: isTree, roles: isTree }, [], 'llm.'),
      ...sameNameNotes(
        agents.map(({ name }) => name),
        'agents',
      ),
    ],
  };
}

function convertProviders(llm: Tree, builtIns: readonly string[]) {
  const converted = entriesOf(child(llm, 'providers')).map(([old, entry]) => {
    const models = modelsOf(llm, old);
    const provider = { name: validName(old), entry: isTree(entry) ? entry : {}, models };
    const { value, notes } = convertProvider(provider, builtIns);
    const renamed = value.tool === null ? [] : renamedNote(old, value.name, ['tools', value.name]);
    return { old, value, notes: [...renamed, ...notes] };
  });
  const tools = converted.flatMap(({ value: { name, tool } }): [string, Tree][] =>
    tool === null ? [] : [[name, tool]],
  );
  return {
    names: new Map(converted.map(({ old, value }): [string, ProviderTool] => [old, value])),
    tools: Object.fromEntries(tools),
    notes: [
      ...sameNameNotes(
        converted.flatMap(({ value }) => (value.tool === null ? [] : [value.name])),
        'tools',
      ),
      ...converted.flatMap(({ notes }) => notes),
    ],
  };
}

/** The models that roles ask of a provider, in their order. */
function modelsOf(llm: Tree, provider: string): string[] {
  const models = entriesOf(child(llm, 'roles')).flatMap(([, role]) => {
    const model = textOf(child(role, 'model'));
    return child(role, 'provider') === provider && model !== undefined ? [model] : [];
  });
  return [...new Set(models)];
}

const ROLE: Taken = {
  provider: isText,
  model: isText,
  temperature: isNumber,
  max_tokens: isNumber,
  timeout: isSeconds,
  fallback_providers: isTextList,
  json_mode: isFlag,
  description: isText,
};

function convertRole(was: string, role: Tree, providers: ReadonlyMap<string, ProviderTool>) {
  const name = validName(was);
  const path = ['agents', name];
  const toolOf = (old: string): string => providers.get(old)?.name ?? validName(old);
  const provider = textOf(child(role, 'provider'));
  const fallbacks = [...new Set(textsOf(child(role, 'fallback_providers')).map(toolOf))];
  const agent = compact({
    description: textOf(child(role, 'description')),
    preferred_tool: provider === undefined ? undefined : toolOf(provider),
    preferred_model: textOf(child(role, 'model')),
    fallback_chain: fallbacks.filter((tool) => provider === undefined || tool !== toolOf(provider)),
    temperature: numberOf(child(role, 'temperature')),
    max_tokens: numberOf(child(role, 'max_tokens')),
    timeout: durationOf(child(role, 'timeout')),
  });
  const notes: Note[] = [];
  if (fallbacks.length > 0)
    notes.push({
      path: [...path, 'fallback_chain'],
      text: 'each tool runs its own first model; before, it was sent the model above',
    });
  if (child(role, 'json_mode') === true)
    notes.push({
      path,
      text: '`json_mode` has no equal: `schema: answer.schema.json` makes sure of a JSON answer of that shape',
    });
  return { name, agent, notes: [...renamedNote(was, name, path), ...notes, ...leftOver(role, ROLE, path)] };
}
