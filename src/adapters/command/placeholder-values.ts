import type { CommandTool } from '../../config/types.js';
import { toUsd } from '../../domain/cost.js';
import type { TemplateValues } from '../../domain/template.js';
import type { Task } from '../adapter.js';
import type { Translation } from './wsl.js';

/** Paths of the private files of one run. */
export interface PrivatePlaces {
  promptFile: string;
  systemFile: string;
  outputFile: string;
  usageFile: string;
  schemaFile: string;
  /** Folder of the tool's `private_files`. */
  privateDir: string;
}

/** Placeholders for real paths in a preview. */
export const SHOWN_PLACES: PrivatePlaces = placesIn('<temp>');

/** Stands for the URL of the gateway in a preview. */
export const SHOWN_GATEWAY = '{gateway_url}';

/** The names of the private files inside a folder. */
export function placesIn(folder: string): PrivatePlaces {
  return {
    promptFile: `${folder}/prompt.txt`,
    systemFile: `${folder}/system.txt`,
    outputFile: `${folder}/output.txt`,
    usageFile: `${folder}/usage.json`,
    schemaFile: `${folder}/schema.json`,
    privateDir: `${folder}/files`,
  };
}

/** The value of each placeholder for a task; `null`: none. */
export function valuesOf(
  task: Task<CommandTool>,
  places: PrivatePlaces,
  given: { access: readonly string[]; gatewayUrl: string | null; translation?: Translation | null },
): TemplateValues {
  const { access, gatewayUrl, translation } = given;
  const seen = (path: string): string => translation?.toWindows(path) ?? path;
  return {
    binary: task.binaryPath ?? task.tool.binary.value,
    model: task.modelId,
    prompt: task.prompt,
    prompt_file: seen(places.promptFile),
    system: task.system,
    system_file: task.system === null ? null : seen(places.systemFile),
    output_file: seen(places.outputFile),
    usage_file: seen(places.usageFile),
    schema: task.schema,
    schema_file: task.schema === null ? null : seen(places.schemaFile),
    cwd: seen(task.cwd),
    max_tokens: textOf(task.maxTokens),
    temperature: textOf(task.temperature),
    effort: task.effort,
    max_cost_usd: task.maxCostMicroUsd === null ? null : String(toUsd(task.maxCostMicroUsd)),
    tool_session_id: task.toolSessionId,
    session: task.session,
    trace_id: task.ids.traceId,
    timeout_seconds: String(Math.ceil(task.timeoutMs / 1000)),
    access_args: access,
    private_dir: seen(places.privateDir),
    gateway_url: task.usesGateway ? gatewayUrl : null,
  };
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value);
}
