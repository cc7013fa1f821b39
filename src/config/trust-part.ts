import { visible } from '../diagnostics/visible.js';
import type { Merged } from './layers.js';
import { at, child, entriesOf, isTree, itemsOf, type Path, type Tree } from './tree.js';

const SECTIONS = ['tools', 'policies', 'ledger', 'traces', 'server'];
const AGENT_KEYS = ['access', 'system_file'];

/** The part of a project's config that must be trusted: what decides which commands run, with which rights and limits. */
export function trustedPart(value: unknown): Tree {
  const sections = SECTIONS.flatMap((key): [string, unknown][] => {
    const section = child(value, key) ?? null;
    return section === null ? [] : [[key, section]];
  });
  const agents = entriesOf(child(value, 'agents')).flatMap(([name, agent]): [string, unknown][] => {
    const kept = entriesOf(agent).filter(([key]) => AGENT_KEYS.includes(key));
    return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)]];
  });
  return Object.fromEntries([...sections, ...(agents.length === 0 ? [] : [['agents', record(agents)]])]);
}

/** JSON that is the same for the same values, in whatever order their keys were written. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`;
}

/** What trusting a project's config lets happen, as lines for a person: command lines first, then rights. */
export function whatItDoes(merged: Merged, project: unknown): string[] {
  const tools = entriesOf(child(project, 'tools')).map(([name, entry]) => toolLine(merged, name, entry));
  const agents = entriesOf(child(project, 'agents')).flatMap(([name, agent]) => agentLines(name, agent));
  const others = SECTIONS.slice(1).flatMap((key) => {
    const section = child(project, key);
    return isTree(section) && Object.keys(section).length > 0 ? [`sets ${key}: ${keysOf(section)}`] : [];
  });
  const lines = [...tools, ...agents, ...others].map(visible);
  return lines.length > 0 ? lines : ['chooses among the built-in tools, and adds nothing to run'];
}

function toolLine(merged: Merged, name: string, entry: unknown): string {
  const path = ['tools', name];
  const stated = isTree(entry) ? Object.keys(entry) : [];
  const changes = stated.filter(
    (key) => !['kind', 'binary', 'command_template', 'args', 'base_url', 'api_key_env'].includes(key),
  );
  const also = changes.length === 0 ? '' : `  (sets ${changes.join(', ')})`;
  const kind = at(merged.value, [...path, 'kind']);
  if (kind === 'mock') return `tool ${name}: canned answers, runs nothing`;
  if (kind === 'http') return `tool ${name}: sends prompts to ${httpTarget(merged, path)}${also}`;
  return `tool ${name}: ${commandLine(merged, path)}${also}`;
}

/** Where prompts go, and which key with them. */
function httpTarget(merged: Merged, path: Path): string {
  const url = String(at(merged.value, [...path, 'base_url']) ?? 'nowhere');
  const keys = itemsOf(at(merged.value, [...path, 'api_key_env'])).map(({ item }) => String(item));
  return keys.length === 0 ? `${url}, without a key` : `${url} with the key in ${keys.join(' or ')}`;
}

/** As written: the placeholders say what is filled in. */
function commandLine(merged: Merged, path: Path): string {
  const binary = String(at(merged.value, [...path, 'binary']) ?? path.at(-1));
  const template = at(merged.value, [...path, 'command_template']);
  if (typeof template === 'string') return template.replaceAll('{binary}', binary);
  const args = at(merged.value, [...path, 'args']);
  const words = Array.isArray(args) ? args.map(argumentText) : [];
  return [binary, ...words].join(' ');
}

function argumentText(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map(argumentText).join(' ')}]`;
  const text = String(item);
  return /^[^\s'"]+$/.test(text) ? text : JSON.stringify(text);
}

function agentLines(name: string, agent: unknown): string[] {
  const access = child(agent, 'access');
  const file = child(agent, 'system_file');
  return [
    ...(typeof access === 'string' ? [`agent ${name}: may ask for access \`${access}\``] : []),
    ...(typeof file === 'string' ? [`agent ${name}: sends the file ${file}`] : []),
  ];
}

function keysOf(section: Tree): string {
  return Object.keys(section).join(', ');
}

function record(entries: readonly (readonly [string, unknown])[]): Tree {
  return Object.fromEntries(entries);
}
