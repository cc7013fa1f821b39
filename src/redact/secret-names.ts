/** What the name of a secret ends with, after its beginning, `_`, `-` or `PG`. */
const ENDS = [
  ...['KEY', 'APIKEY', 'ACCESSKEY', 'SECRETKEY', 'AUTHKEY', 'TOKEN', 'SECRET'],
  ...['PASSWORD', 'PASSWD', 'PASSPHRASE', 'CREDENTIAL', 'CREDENTIALS', 'AUTHORIZATION'],
];

/** Whether a variable or header of this name holds a secret: `OPENAI_API_KEY`, `X-Org-Token`, `PGPASSWORD`. */
export function isSecretName(name: string): boolean {
  // Each start looks at every variable of the environment: a regular expression would take ten times as long, most of it to be compiled.
  const upper = name.toUpperCase();
  return ENDS.some((end) => upper.endsWith(end) && isBegun(upper.slice(0, upper.length - end.length)));
}

function isBegun(before: string): boolean {
  return before === '' || before.endsWith('_') || before.endsWith('-') || before.endsWith('PG');
}
