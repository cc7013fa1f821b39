import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';

/** What a message says: a text, or parts of several types. */
export type Content = string | readonly { type: string; text?: string }[];

/** The text of a content; the failure is a part that is no text. */
export function textOf(content: Content, place: string): Result<string, Failure> {
  if (typeof content === 'string') return ok(content);
  const other = content.findIndex(({ type, text }) => type !== 'text' || text === undefined);
  if (other < 0) return ok(content.map(({ text }) => text).join(''));
  if (content[other]?.type === 'text') return err(failure('usage', `\`${place}[${other}]\` has no \`text\``));
  const message = `\`${place}[${other}]\` is of type \`${content[other]?.type.slice(0, 60)}\`, and only \`text\` is taken`;
  return err(failure('usage', message, { hint: 'send text alone' }));
}
