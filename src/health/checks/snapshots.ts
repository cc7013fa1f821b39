import type { HealthContext, HealthItem } from '../context.js';

/** Whether the files of the working directory are kept before attempts that may change them. */
export function checkSnapshots({ snapshots }: HealthContext): HealthItem[] {
  if (snapshots === null) return [];
  const { agents, found } = snapshots;
  const data = { agents, root: 'root' in found ? found.root : null };
  if ('root' in found) {
    const detail = `kept before each attempt that may change them, in ${found.root}`;
    return [row({ status: 'ok', detail, fix: null, data })];
  }
  const names = agents.map((agent) => `\`${agent}\``).join(', ');
  const detail = `not kept here, so that changes of ${names} cannot be taken back: ${found.trouble}`;
  return [row({ status: 'warn', detail, fix: 'work inside a Git work tree', data })];
}

function row(finding: Awaited<ReturnType<HealthItem['ask']>>): HealthItem {
  return { check: 'snapshot', subject: 'files', ask: () => finding };
}
