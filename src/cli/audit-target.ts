import type { RouterConfig } from '../config/types.js';
import { auditFile } from '../paths.js';
import type { AuditTarget } from '../router/audit.js';
import type { CommandContext } from './context.js';

/** The audit log of this user. */
export function auditTarget({ world, output }: CommandContext, { audit }: RouterConfig): AuditTarget {
  return {
    file: auditFile(world),
    retentionDays: audit.retentionDays,
    now: world.clock.now,
    env: world.env,
    warn: (message) => void output.warn(message),
  };
}
