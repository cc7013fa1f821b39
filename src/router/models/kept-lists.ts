import { isUsableId } from '../../adapters/http/model-id.js';
import type { ListedModel } from '../../adapters/http/model-lists.js';
import { parseJson } from '../../domain/json.js';
import { isMap } from '../../domain/lookup.js';
import { FileRefused, readRegularFile, reasonOf, writeByRename } from '../../files.js';

/** What a provider listed, and when. */
export interface KeptList {
  /** Identifies the endpoint without its secrets. */
  source: string;
  /** ms since the epoch. */
  listedAtMs: number;
  models: readonly ListedModel[];
}

/** Lists of models that are kept between runs, shared by all processes of the user. */
export interface ModelListStore {
  /** All of them; empty where the file is missing or damaged. */
  read(): Promise<readonly KeptList[]>;
  /** Adds lists, or replaces those of the same endpoints. Of two concurrent writes one is lost, and its providers are asked again. */
  keep(lists: readonly KeptList[]): Promise<void>;
}

const MAX_BYTES = 8 * 2 ** 20;
const MAX_LISTS = 64;

/**
 * The lists as a JSON file, private to the user, bounded and written by rename. `warn` is told of a file that is not believed since another
 * user may have written it, and of one that cannot be written.
 */
export function keptModelLists(file: string, warn: (message: string) => void = () => {}): ModelListStore {
  const read = async (): Promise<KeptList[]> => {
    try {
      return parse((await readRegularFile(file, { maxBytes: MAX_BYTES, isOwn: true })).toString('utf8'));
    } catch (error) {
      if (error instanceof FileRefused)
        warn(`the lists of models in \`${file}\` are not believed: ${error.message}`);
      return [];
    }
  };
  return {
    read,
    keep: async (lists) => {
      if (lists.length === 0) return;
      const replaced = new Set(lists.map(({ source }) => source));
      const others = (await read()).filter(({ source }) => !replaced.has(source));
      try {
        await writeByRename(file, serialise([...lists, ...others]), { private: true });
      } catch (error) {
        warn(`the lists of models cannot be kept in \`${file}\`: ${reasonOf(error)}`);
      }
    },
  };
}

/** The newest that fit into the file. */
function serialise(lists: readonly KeptList[]): string {
  const newest = lists.toSorted((a, b) => b.listedAtMs - a.listedAtMs).slice(0, MAX_LISTS);
  const texts: string[] = [];
  let bytes = 0;
  for (const list of newest) {
    const text = JSON.stringify(documentOf(list));
    bytes += Buffer.byteLength(text) + 2;
    if (bytes > MAX_BYTES - 1024) break;
    texts.push(text);
  }
  return `{"version":1,"lists":[\n${texts.join(',\n')}\n]}\n`;
}

function documentOf({ source, listedAtMs, models }: KeptList): Record<string, unknown> {
  return {
    source,
    listed_at: new Date(listedAtMs).toISOString(),
    models: models.map(({ id, contextWindow, maxOutputTokens, price, shutdownDate }) => ({
      id,
      ...(contextWindow === null ? {} : { context_window: contextWindow }),
      ...(maxOutputTokens === null ? {} : { max_output_tokens: maxOutputTokens }),
      ...(price === null ? {} : { input: price.input, output: price.output }),
      ...(shutdownDate === null ? {} : { shutdown_date: shutdownDate }),
    })),
  };
}

function parse(text: string): KeptList[] {
  const document = parseJson(text);
  return mapsIn(document, 'lists').flatMap((list) => {
    const listedAtMs = Date.parse(String(list.listed_at));
    if (typeof list.source !== 'string' || Number.isNaN(listedAtMs)) return [];
    return [{ source: list.source, listedAtMs, models: mapsIn(list, 'models').flatMap(modelOf) }];
  });
}

function modelOf(entry: Record<string, unknown>): ListedModel[] {
  const { id, input, output, shutdown_date: day } = entry;
  if (typeof id !== 'string' || !isUsableId(id)) return [];
  const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const price = typeof input === 'number' && typeof output === 'number' ? { input, output } : null;
  return [
    {
      id,
      contextWindow: numberOf(entry.context_window),
      maxOutputTokens: numberOf(entry.max_output_tokens),
      price,
      shutdownDate: typeof day === 'string' ? day : null,
    },
  ];
}

function mapsIn(value: unknown, key: string): Record<string, unknown>[] {
  const list = isMap(value) ? value[key] : null;
  return Array.isArray(list) ? list.filter(isMap) : [];
}
