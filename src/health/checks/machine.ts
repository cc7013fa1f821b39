import type { HealthItem, MachineContext } from '../context.js';
import { isOlder } from './version.js';

/** The oldest supported version of Node. */
const MINIMUM = '20.19.0';

/** Whether Node is new enough, and settings that slow its start. */
export function checkMachine({ nodeVersion, env }: MachineContext): HealthItem[] {
  const certificates = env.NODE_EXTRA_CA_CERTS ?? '';
  const items: HealthItem[] = [{ check: 'machine', subject: 'node', ask: () => nodeFinding(nodeVersion) }];
  if (certificates === '') return items;
  return [
    ...items,
    {
      check: 'machine',
      subject: 'NODE_EXTRA_CA_CERTS',
      ask: () => certificatesFinding(nodeVersion, certificates),
    },
  ];
}

function nodeFinding(version: string) {
  const data = { version, minimum: MINIMUM };
  if (!isOlder(version, MINIMUM)) return { status: 'ok' as const, detail: version, fix: null, data };
  const detail = `${version}, older than ${MINIMUM}`;
  return { status: 'fail' as const, detail, fix: `install Node ${MINIMUM} or newer`, data };
}

/** Node 20 parses the whole file at every start (measured: 37 ms for a system's bundle), later ones at the first TLS connection. */
function certificatesFinding(nodeVersion: string, file: string) {
  const data = { file };
  if (!isOlder(nodeVersion, '22.0.0')) return { status: 'ok' as const, detail: file, fix: null, data };
  return {
    status: 'warn' as const,
    detail: `${file}: Node 20 reads it at every start, which takes about 37 ms`,
    fix: 'use Node 22 or newer, or unset it where no tool needs it',
    data,
  };
}
