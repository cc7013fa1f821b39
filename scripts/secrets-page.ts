import { SECRET_FORMS } from '../src/redact/secret-forms.js';
import type { SecretShape } from '../src/redact/secret-shape.js';
import { TOKEN_SHAPES } from '../src/redact/token-shapes.js';

const HEAD = `# Secrets that are masked

What this page lists is replaced by \`[redacted]\` in messages, JSON documents, traces, logs, the audit log and the ledger. The answer of a
tool is never changed.

- Values of 8 characters or more that the config takes from variables (\`api_key_env\`, \`\${NAME}\` in \`env_vars\`, \`headers\`, \`args\` and
  \`base_url\`), of keys that stand in \`env_vars\` or \`headers\`, of passwords of proxies, and of variables whose names end in \`KEY\`, \`TOKEN\`, \`SECRET\`, \`PASSWORD\`, \`PASSWD\`,
  \`PASSPHRASE\` or \`CREDENTIALS\`, except paths and single words: as they are, escaped for JSON, URLs or HTML, in Base64 and hexadecimal, in any
  case, wrapped, and cut after half of them and at least 12 letters and digits.
- Matches of \`privacy.redact\` of every policy.
- Tokens and forms of these tables. A token that has none of these forms, in no variable that the config names, is not recognised.
`;

/** The reference page of what is masked, made from the tables of the code. */
export function secretsPage(): string {
  return [
    HEAD,
    table('Tokens of services', 'token of', TOKEN_SHAPES),
    table('Forms of any service', 'form', SECRET_FORMS),
  ].join('\n');
}

function table(title: string, column: string, shapes: readonly SecretShape[]): string {
  const rows = shapes.map(({ name, looks }) => `| ${name} | ${looks} |`);
  return [`## ${title}`, '', `| ${column} | looks like |`, '|---|---|', ...rows, ''].join('\n');
}
