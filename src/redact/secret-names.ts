const SECRET_NAME =
  /(?:^|[_-]|PG)(?:(?:API|ACCESS|SECRET|AUTH)?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTHORIZATION)$/i;

/** Whether a variable or header of this name holds a secret: `OPENAI_API_KEY`, `X-Org-Token`, `PGPASSWORD`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
