import { err, ok, type Result } from '../../domain/result.js';

/** The address of an API; a variable may stand for any part of it. */
export function parseBaseUrl(text: string): Result<string, string> {
  if (text.includes('${')) return parseReferences(text);
  const isUrl = /^https?:\/\/[^/\s]/i.test(text) && URL.canParse(text);
  return isUrl ? ok(text) : err(`\`${text}\` is not a URL that starts with \`https://\` or \`http://\``);
}

/** A text with references to variables: every `${` begins one, unless it is doubled. */
export function parseReferences(text: string): Result<string, string> {
  const rest = text.replace(/\$\$\{|\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}/g, '');
  const bad = /\$\{[^}]*\}?/.exec(rest)?.[0];
  if (bad === undefined) return ok(text);
  return err(
    `\`${bad}\` is neither \`\${NAME}\` nor \`\${NAME:-default}\`; a literal one is written \`$\${\``,
  );
}
