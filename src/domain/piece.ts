/** A piece of text, decoded only when it is read: most of a long answer is passed on as it came. */
export interface Piece {
  readonly text: string;
  /** The same in UTF-8; `null`: it did not come so. */
  readonly bytes: Buffer | null;
}

/** A piece from bytes that are UTF-8. */
export function pieceOfBytes(bytes: Buffer, decode: (bytes: Buffer) => string): Piece {
  let text: string | null = null;
  return {
    get text() {
      text ??= decode(bytes);
      return text;
    },
    bytes,
  };
}

/** The bytes of events that carry the text of a piece. */
const BYTES = new WeakMap<object, Buffer>();

/** An event with the text of a piece, which stays undecoded until it is read. */
export function withText<T extends object>(event: T, piece: Piece): T & { text: string } {
  if (piece.bytes === null) return { ...event, text: piece.text };
  const carrying = Object.defineProperty(event, 'text', { get: () => piece.text, enumerable: true });
  BYTES.set(carrying, piece.bytes);
  return carrying as T & { text: string };
}

/** The piece of text that an event carries. */
export function pieceOf(event: { readonly text: string }): Piece {
  const bytes = BYTES.get(event);
  if (bytes === undefined) return { text: event.text, bytes: null };
  return {
    get text() {
      return event.text;
    },
    bytes,
  };
}
