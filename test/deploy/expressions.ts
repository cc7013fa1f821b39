import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type LABELS, METRICS, type MetricDefinition } from '../../src/metrics/definitions.js';

/** A query, and where it is. */
export interface Expression {
  place: string;
  text: string;
}

/** An alert of the rules. */
interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}

export function alertRules(): Rule[] {
  const { groups } = parse(readFileSync('deploy/prometheus/rules.yml', 'utf8'));
  return groups.flatMap((group: { rules: Rule[] }) => group.rules);
}

export interface Panel {
  id: number;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string; legendFormat: string | null }[];
}

export function dashboard(): { panels: Panel[]; templating: { list: { name: string; query: unknown }[] } } {
  return JSON.parse(readFileSync('deploy/grafana/llm-router.json', 'utf8'));
}

/** A query of the dashboard as Prometheus gets it. */
export function filled(expr: string): string {
  return expr.replaceAll(/\$(provider|tool)\b/g, '.*').replaceAll(/\$__(rate_interval|range)\b/g, '5m');
}

/** What is wrong with the names in a query. */
export function wrongNames(text: string): string[] {
  const used = [...text.matchAll(/\b(llm_\w+)(?:\{([^}]*)\})?/g)];
  const known = new Set(used.flatMap(([, name = '']) => definitionOf(name)?.labels ?? []));
  const metrics = used.flatMap(([, name = '', matchers = '']) => wrongUse(name, matchers));
  const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const labels = grouped.filter((label) => label !== 'le' && !known.has(label as keyof typeof LABELS));
  const none = used.length === 0 ? ['it names no metric'] : [];
  return [...metrics, ...labels.map((label) => `no label \`${label}\``), ...none];
}

function wrongUse(name: string, matchers: string): string[] {
  const definition = definitionOf(name);
  if (definition === null) return [`no metric \`${name}\``];
  const labels = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label);
  const others = labels.filter((label) => !definition.labels.some((own) => own === label));
  return others.map((label) => `\`${name}\` has no label \`${label}\``);
}

/** The metric of a name in a query; `null`: there is none. A histogram has its series only. */
export function definitionOf(name: string): MetricDefinition | null {
  const known: Readonly<Record<string, MetricDefinition>> = METRICS;
  const own = known[name];
  if (own !== undefined) return own.type === 'histogram' ? null : own;
  const histogram = known[name.replace(/_(bucket|sum|count)$/, '')];
  return histogram?.type === 'histogram' ? histogram : null;
}
