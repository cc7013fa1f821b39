import { schemaText } from '../../config-files/show.js';
import type { CommandContext } from '../context.js';

/** `config schema`: the JSON Schema of a config. */
export async function runConfigSchema({ output }: CommandContext): Promise<number> {
  await output.file(schemaText());
  return 0;
}
