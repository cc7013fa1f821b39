import { expect, it } from '@jest/globals';
import { isSecretName } from '../../src/redact/secret-names.js';

it.each([
  ...[
    'OPENAI_API_KEY',
    'APIKEY',
    'aws_secretkey',
    'X-Org-Token',
    'PGPASSWORD',
    'KEY',
    'Authorization',
    'MY_CREDENTIALS',
  ],
  ...['DB_PASSWD', 'ssh-passphrase', 'GH_TOKEN', 'AUTHKEY', 'ACCESS_KEY', 'X_CREDENTIAL'],
])('the name %s says that its value is secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

it.each([
  'PATH',
  'MONKEY',
  'TOKENS',
  'KEYBOARD',
  'NOTATOKEN',
  'SECRETARY',
  'PASSWORD_FILE',
  'HOME',
  '',
  'PG',
])('the name %j says nothing of a secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});
