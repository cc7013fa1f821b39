import type { ProjectFilter } from '../../domain/project.js';
import type { UsageFilter } from '../ledger.js';
import { textOf } from './literal.js';

/** A condition on sums and rows of usage, to be put behind another; a project is known by the row of its invocation alone. */
export function usageCondition(filter: UsageFilter = {}): string {
  const { project } = filter;
  const where =
    project === undefined
      ? ''
      : ` AND invocation_id IN (SELECT id FROM invocations WHERE ${folderCondition('project', project)})`;
  return ofNames(filter) + where;
}

/** On rows that name their project themselves: invocations, and lines of the audit log. */
export function rowCondition(filter: UsageFilter = {}): string {
  const { project } = filter;
  return ofNames(filter) + (project === undefined ? '' : ` AND ${folderCondition('project', project)}`);
}

/** On attempts and reservations, which name their project in their scopes: `["policy", project, name]`. */
export function attemptCondition(filter: UsageFilter = {}): string {
  const { project } = filter;
  if (project === undefined) return ofNames(filter);
  const folders = `SELECT CASE WHEN left(scope, 1) = '[' THEN scope::json ->> 1 END AS folder
    FROM json_array_elements_text(scopes::json) AS scope`;
  return `${ofNames(filter)} AND EXISTS (SELECT 1 FROM (${folders}) AS named WHERE ${folderCondition('folder', project)})`;
}

function ofNames({ agent, tool, model }: UsageFilter): string {
  return Object.entries({ agent, tool, model })
    .flatMap(([column, value]) =>
      value === undefined ? [] : [textOf({ sql: ` AND ${column} = $1`, values: [value] })],
    )
    .join('');
}

/** On the folder of a project in this column. */
export function folderCondition(column: string, project: ProjectFilter): string {
  if ('folder' in project) return textOf({ sql: `${column} = $1`, values: [project.folder] });
  return textOf({ sql: `right(${column}, length($1)) = $1`, values: [`/${project.name}`] });
}
