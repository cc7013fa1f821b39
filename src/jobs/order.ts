import type { Request } from '../domain/request.js';

/** What a detached run is to do, as its client hands it over. */
export interface JobOrder {
  request: Request;
  /** The program that starts it. */
  startedBy: string;
  /** What its standard output carries, as with `exec`. */
  format: 'text' | 'json' | 'ndjson';
  /** The keys of `--field`. */
  field: readonly string[] | null;
  /** The file of `-o`. */
  output: string | null;
  raw: boolean;
  yes: boolean;
  explain: boolean;
}

/** What a client says to the process of a run. */
export interface OrderMessage {
  order: JobOrder;
}

/** What the process of a run says to its client, once it is certain that it runs. */
export interface StartedMessage {
  started: true;
}
