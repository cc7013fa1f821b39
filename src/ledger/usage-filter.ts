import type { ProjectFilter } from '../domain/project.js';
import type { UsageFilter } from './ledger.js';
import type { SqlValue } from './sqlite.js';

/** A condition for `WHERE`, with the values of its question marks; empty without a filter. */
export interface Condition {
  sql: string;
  values: SqlValue[];
}

/** On sums and rows of usage; a project is known by the row of its invocation alone. */
export function usageCondition(filter: UsageFilter = {}): Condition {
  const { project } = filter;
  const where = project === undefined ? null : folderCondition('project', project);
  return joined([
    ...ofNames(filter),
    ...(where === null
      ? []
      : [{ ...where, sql: `invocation_id IN (SELECT id FROM invocations WHERE ${where.sql})` }]),
  ]);
}

/** On rows that name their project themselves: invocations. */
export function rowCondition(filter: UsageFilter = {}): Condition {
  const { project } = filter;
  return joined([
    ...ofNames(filter),
    ...(project === undefined ? [] : [folderCondition('project', project)]),
  ]);
}

/** On attempts and reservations, which name their project in their scopes: `["policy", project, name]`. */
export function attemptCondition(filter: UsageFilter = {}): Condition {
  const { project } = filter;
  if (project === undefined) return joined(ofNames(filter));
  const where = folderCondition('folder', project);
  const folders = `SELECT CASE WHEN json_valid(value) THEN json_extract(value, '$[1]') END AS folder FROM json_each(scopes)`;
  return joined([
    ...ofNames(filter),
    { ...where, sql: `EXISTS (SELECT 1 FROM (${folders}) WHERE ${where.sql})` },
  ]);
}

function ofNames({ agent, tool, model }: UsageFilter): Condition[] {
  return Object.entries({ agent, tool, model }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }],
  );
}

/** On the folder of a project in this column. */
export function folderCondition(column: string, project: ProjectFilter): Condition {
  if ('folder' in project) return { sql: `${column} = ?`, values: [project.folder] };
  const ending = `/${project.name}`;
  return { sql: `substr(${column}, -length(?)) = ?`, values: [ending, ending] };
}

function joined(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => ` AND ${sql}`).join(''),
    values: conditions.flatMap(({ values }) => values),
  };
}
