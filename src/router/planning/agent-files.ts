import type { AgentConfig, Placed } from '../../config/types.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { Request } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { readRegularFile, reasonOf } from '../../files.js';

/** Of a prompt, and of a system text or schema: more than any model reads. */
export const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * Reads a system text or schema that a config names: a regular file in one of the folders, `null`: wherever it is. Rejects with a
 * `FileRefused`, or with the system's error.
 */
export async function readAgentFile(file: string, within: readonly string[] | null): Promise<string> {
  return (await readRegularFile(file, { maxBytes: MAX_TEXT_BYTES, within })).toString('utf8');
}

/** The request with the agent's `system_file` and `schema`, unless it has its own. */
export async function withAgentFiles(
  agent: AgentConfig | null,
  deps: { readFile: (path: string) => Promise<string> },
  request: Request,
): Promise<Result<Request, Failure>> {
  const read = async (
    key: string,
    file: Placed<string> | null | undefined,
  ): Promise<Result<string | null, Failure>> => {
    if (agent === null || file === null || file === undefined) return ok(null);
    try {
      return ok(await deps.readFile(file.value));
    } catch (error) {
      const reason = reasonOf(error);
      const where = file.at === null ? '' : ` (${file.at})`;
      return err(failure('input', `cannot read \`${key}\` of agent \`${agent.name}\`${where}: ${reason}`));
    }
  };
  const system = request.system === null ? await read('system_file', agent?.systemFile) : ok(request.system);
  if (!system.ok) return system;
  const schema = request.schema === null ? await read('schema', agent?.schema) : ok(request.schema);
  return schema.ok ? ok({ ...request, system: system.value, schema: schema.value }) : schema;
}
