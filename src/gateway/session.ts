import { CallBook } from './call-book.js';
import { type Session, serve, type Visit } from './serve.js';
import type { GatewayWorld } from './world.js';

/** A gateway that serves requests. */
export interface OpenSession {
  book: CallBook;
  serve(visit: Visit): Promise<void>;
}

/** Begins to serve the requests of one attempt. */
export function openSession(world: GatewayWorld, place: Pick<Session, 'token' | 'closing'>): OpenSession {
  const book = new CallBook(world);
  return { book, serve: (visit) => serve(visit, { world, book, ...place }) };
}
