/** The name of our entry in the configs of clients. */
export const SERVER_NAME = 'llm-router';

/** What starts our server: a program and its arguments. */
export type ServerCommand = readonly [string, ...string[]];

/** What decides where a client keeps its config. */
export interface ClientPlace {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  platform: NodeJS.Platform;
}

/** How an entry is found in the text of a config, and written into it. */
export interface EntryFormat {
  /** What our entry starts; `null`: there is none. Throws for a text that is none of the format. */
  commandIn(text: string): string[] | null;
  /** The entry as a config of its own, for a person. */
  print(command: ServerCommand): string;
  /** The text with the entry, or without it (`null`); left out where the client does it itself. */
  change?(text: string, command: ServerCommand | null): string;
}

/** A program that can start our server. */
export interface McpClient {
  name: string;
  /** Its command; `null`: it has none that is of use here. */
  binary: string | null;
  /** The files that it reads for all projects; the first is made where there is none. */
  files(place: ClientPlace): string[];
  format: EntryFormat;
  /** Arguments of its own commands; `null`: its config is changed here. */
  add: ((command: ServerCommand) => string[]) | null;
  remove: string[] | null;
}
