const MAX_ID_CHARS = 200;
/** Ids go into requests, tables and logs: no blanks, no control characters, nothing that changes the direction of text. */
const USABLE_ID = /^[^\s\p{Cc}\p{Cf}\p{Cs}]+$/u;

/** Whether an id of a provider can be shown and sent. */
export function isUsableId(id: string): boolean {
  return id.length <= MAX_ID_CHARS && USABLE_ID.test(id);
}
