// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import { MASK } from '../../src/redact/redact.js';
import { redactorOf } from '../../src/router/secrets.js';
import { configOf } from '../rig/config.js';

const CONFIG = configOf(`
tools:
  bot:
    binary: bot-cli
    args: ['--key=\${IN_ARGS}']
    env_vars: { A: "x \${IN_ENV_VARS}", B_TOKEN: "literal-in-env-vars", C: "plain-setting" }
    api_key_env: IN_API_KEY_ENV
  api:
    kind: http
    api: openai-chat
    base_url: "https://gateway.test/v1?x=\${IN_URL}"
    headers: { X-A: "\${IN_HEADER}", X-Api-Key: "Bearer literal-in-header", X-B: "plain-header" }
    models: [m]
models: { m: { id: m } }
policies: { default: { privacy: { redact: ['ACME-[0-9]+'] } } }
`);
const env = {
  IN_ARGS: 'dummy value 1!',
  IN_ENV_VARS: 'dummy value 2!',
  IN_API_KEY_ENV: 'dummy value 3!',
  IN_URL: 'dummy-value-4',
  IN_HEADER: 'dummy value 5!',
  HTTPS_PROXY: 'http://me:100%25-proxy@proxy.test',
  HTTP_PROXY: 'http://me:100%-broken@proxy.test',
  OTHER_PASSWORD: 'dummy value 6!',
  OTHER_SETTING: 'dummy setting',
};

describe('the redactor of a config', () => {
  const { text } = redactorOf(CONFIG, env);

  it.each([
    ...Object.keys(env).flatMap((name) =>
      /^IN_|PASSWORD/.test(name) ? [env[name as keyof typeof env]] : [],
    ),
    ...['literal-in-env-vars', 'literal-in-header', '100%-proxy', '100%-broken', 'ACME-4711'],
  ])('masks %s', (secret) => {
    expect(text(`a ${secret} b`)).toBe(`a ${MASK} b`);
  });

  it('leaves settings, names and hosts', () => {
    const said =
      'bot-cli of plain-setting, plain-header, gateway.test, proxy.test, dummy setting, api_key_env';
    expect(text(said)).toBe(said);
  });
});

describe('the URL of a shared ledger in a variable', () => {
  const LEDGER = configOf('ledger: { url_env: TEAM_LEDGER }');
  const masked = (url: string, said: string) => redactorOf(LEDGER, { TEAM_LEDGER: url }).text(said);

  it.each(['postgres://me@db.example/team', 'postgres://me@db.example/team?sslmode=require'])(
    'is shown where it holds no password: %s',
    (url) => {
      const said = `ledger ${url}, ${url}&schema=s`;
      expect(masked(url, said)).toBe(said);
    },
  );

  it.each([
    ['postgres://me:open-Sesame-1@db.example/team', 'open-Sesame-1'],
    ['postgres://me:open%2DSesame%2D1@db.example/team', 'open-Sesame-1'],
    ['postgres://me@db.example/team?password=open%2DSesame%2D1', 'open-Sesame-1'],
    ['postgres://me:no?sesame@db.example/team', 'postgres://me:no?sesame@db.example/team'],
    ['what is not a URL', 'what is not a URL'],
  ])('is masked where it may hold one, and the password by itself: %s', (url, secret) => {
    expect(masked(url, `a ${url} b ${secret} c`)).toBe(`a ${MASK} b ${MASK} c`);
  });
});
