/** What a message of a tool or provider says about its cause stands near its start, characters. */
const MOST_CHARS = 8192;

/**
 * The part of a message that is searched for its cause. The time of the patterns grows faster than the text, and the sender chooses the text.
 */
export function searched(message: string): string {
  return message.slice(0, MOST_CHARS);
}
