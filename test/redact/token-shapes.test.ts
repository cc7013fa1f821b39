import { describe, expect, it } from '@jest/globals';
import { createRedactor, holdsSecret, MASK } from '../../src/redact/redact.js';
import { SECRET_FORMS } from '../../src/redact/secret-forms.js';
import { TOKEN_SHAPES } from '../../src/redact/token-shapes.js';

/** Put together here, so that no scanner takes the examples for tokens. */
const ALL = `aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYz${'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'.repeat(4)}`;
const word = (length: number): string => ALL.slice(0, length);
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length);
const upper = (length: number): string => ALL.toUpperCase().slice(0, length);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** For each shape of the table one example of every beginning that it has. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  'OpenAI, Anthropic, OpenRouter, DeepSeek and others': [
    `sk-${word(40)}`,
    `sk-proj-${word(60)}`,
    `sk-ant-api03-${word(60)}`,
    `sk-or-v1-${hex(64)}`,
    `sk-svcacct-${word(30)}_${word(30)}`,
  ],
  xAI: [`xai-${word(64)}`],
  Perplexity: [`pplx-${word(48)}`],
  Groq: [`gsk_${word(48)}`],
  Replicate: [`r8_${word(37)}`],
  'Hugging Face': [`hf_${word(34)}`, `api_org_${word(34)}`],
  NVIDIA: [`nvapi-${word(60)}`],
  Tavily: [`tvly-${word(32)}`, `tvly-dev-${word(32)}`],
  Cerebras: [`csk-${word(48).toLowerCase()}`],
  Fireworks: [`fw_${word(24)}`, `fpk_${word(24)}`],
  Together: [`tgp_v1_${word(43)}`],
  Firecrawl: [`fc-${hex(32)}`],
  Jina: [`jina_${hex(32)}${word(32)}`],
  Voyage: [`pa-${word(43)}`],
  Pinecone: [`pcsk_${word(6)}_${word(60)}`],
  LangSmith: [`lsv2_pt_${hex(32)}_${hex(10)}`, `lsv2_sk_${hex(32)}_${hex(10)}`],
  ElevenLabs: [`sk_${hex(48)}`],
  E2B: [`e2b_${hex(40)}`],
  Sourcegraph: [`sgp_${hex(16)}_${hex(40)}`],
  'Google API key': [`AIza${word(35)}`],
  'Google Gemini API key': [`AQ.Ab8${word(48)}`],
  'Google access token': [`ya29.${word(60)}`],
  'Google client secret': [`GOCSPX-${word(28)}`],
  'Google refresh token': [`1//0${word(60)}`],
  'AWS access key id': ['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => prefix + upper(16)),
  'Amazon Bedrock': [`ABSK${word(120)}=`, `bedrock-api-key-${word(120)}`],
  'Azure client secret': [`aB3${'8Q~'}${word(34)}`],
  'Azure service key': [`${word(52)}JQQJ99${word(26)}`],
  'Alibaba Cloud': [`LTAI${word(20)}`],
  DigitalOcean: ['dop', 'doo', 'dor'].map((prefix) => `${prefix}_v1_${hex(64)}`),
  Heroku: [`HRKU-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`, `HRKU-AA${word(58)}`],
  'Fly.io': [
    `fo1_${word(43)}`,
    ...['fm1', 'fm1a', 'fm1r', 'fm2'].map((kind) => `${kind}_${word(40)}+/${word(30)}==`),
  ],
  Vercel: ['vcp', 'vci', 'vca', 'vcr', 'vck', 'vercel_blob_rw'].map((prefix) => `${prefix}_${word(56)}`),
  Netlify: ['nfp', 'nfo', 'nfc', 'nfu', 'nfb'].map((prefix) => `${prefix}_${word(36)}`),
  Cloudflare: ['cfut', 'cfat', 'cfk'].map((prefix) => `${prefix}_${word(48)}`),
  'Cloudflare Origin CA': [`v1.0-${hex(24)}-${hex(128)}${hex(18)}`],
  Supabase: [`sbp_${hex(40)}`, `sb_secret_${word(31)}`],
  PlanetScale: ['tkn', 'oauth', 'pw'].map((kind) => `pscale_${kind}_${word(43)}`),
  Neon: [`napi_${word(64)}`],
  Databricks: [`dapi${hex(32)}`, `dapi${hex(32)}-2`, `dose${hex(32)}`],
  Pulumi: [`pul-${hex(40)}`],
  'Terraform Cloud': [`${word(14)}.atlasv1.${word(67)}`],
  'HashiCorp Vault': ['hvs.', 'hvb.', 'hvr.'].map((prefix) => prefix + word(90)),
  Doppler: ['pt', 'st', 'ct', 'sa', 'scim', 'audit'].map((kind) => `dp.${kind}.${word(43)}`),
  '1Password service account': [`ops_eyJ${word(100)}`],
  'age key': [`AGE-SECRET-KEY-1${upper(58)}`, `AGE-SECRET-KEY-PQ-1${upper(58)}`],
  GitHub: [
    ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((prefix) => `${prefix}_${word(36)}`),
    `github_pat_${word(22)}_${word(59)}`,
  ],
  GitLab: [
    ...['glpat', 'gldt', 'glrt', 'glrtr', 'glcbt', 'glptt', 'glft', 'glimt', 'glagent', 'gloas'].map(
      (prefix) => `${prefix}-${word(20)}`,
    ),
    ...['glsoat', 'glffct', 'glwt'].map((prefix) => `${prefix}-${word(20)}`),
    `glpat-${word(27)}.01.${word(9).toLowerCase()}`,
  ],
  'GitLab runner registration': [`GR1348941${word(20)}`],
  Bitbucket: [`ATBB${word(32)}`],
  Atlassian: [`ATATT3x${word(180)}=${upper(8)}`, `ATCTT3x${word(180)}=${upper(8)}`],
  npm: [`npm_${word(36)}`],
  PyPI: [`pypi-AgEIcHlwaS5vcmc${word(60)}`],
  RubyGems: [`rubygems_${hex(48)}`],
  'crates.io': [`cio${word(32)}`],
  NuGet: [`oy2${word(43).toLowerCase()}`],
  Clojars: [`CLOJARS_${hex(60)}`],
  'Docker Hub': [`dckr_pat_${word(27)}`, `dckr_oat_${word(32)}`],
  'JFrog Artifactory': [`AKCp${word(69)}`, `cmVmdGtu${word(56)}`],
  CircleCI: [`CCIPAT_${word(22)}_${hex(40)}`, `CCIPRJ_${word(22)}_${hex(40)}`],
  Buildkite: [`bkua_${hex(40)}`, `bkct_${word(40)}`],
  SonarQube: ['sqp', 'sqa', 'squ'].map((prefix) => `${prefix}_${hex(40)}`),
  Slack: ['a', 'b', 'e', 'o', 'p', 'r', 's'].map((kind) => `xox${kind}-1234567890-${word(24)}`),
  'Slack refresh token': ['b', 'p'].map((kind) => `xoxe.xox${kind}-1-${word(60)}`),
  'Slack app': [`xapp-1-A0123456789-1234567890-${hex(64)}`, `xwfp-1234567890-${word(24)}`],
  'Slack webhook': [`T00000000/B00000000/${word(24)}`],
  'Discord bot': [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (digit) => `${base64(`${digit}23456789012345678`)}.G${word(5)}.${word(38)}`,
  ),
  'Discord webhook': [`123456789012345678/${word(68)}`],
  'Discord webhook, former domain': [`123456789012345678/${word(68)}`],
  'Microsoft Teams webhook': [`${hex(8)}-${hex(4)}@${hex(8)}-${hex(4)}/IncomingWebhook/${hex(32)}/${hex(8)}`],
  'Telegram bot': [`123456789:AA${word(33)}`],
  SendGrid: [`SG.${word(22)}.${word(43)}`],
  Mailgun: [`key-${hex(32)}`, `pubkey-${hex(32)}`],
  Mailchimp: [`${hex(32)}-us12`],
  Brevo: [`xkeysib-${hex(64)}-${word(16)}`, `xsmtpsib-${hex(64)}-${word(16)}`],
  Resend: [`re_${word(8)}_${word(24)}`],
  Twilio: [`SK${hex(32)}`],
  Stripe: ['sk_live', 'sk_test', 'rk_live', 'rk_test', 'sk_org'].map((prefix) => `${prefix}_${word(24)}`),
  'Webhook signing secret (Stripe, Svix)': [`whsec_${word(32)}`],
  Square: [`sq0atp-${word(22)}`, `sq0csp-${word(43)}`],
  'Square access token': [`EAAAE${word(59)}`, `EAAAl${word(59)}`],
  Shopify: ['shpat', 'shpca', 'shppa', 'shpss', 'shptka'].map((prefix) => `${prefix}_${hex(32)}`),
  Linear: [`lin_api_${word(40)}`, `lin_oauth_${hex(64)}`],
  Notion: [`ntn_${word(46)}`, `secret_${word(43)}`],
  Figma: [`figd_${word(40)}`, `figo_${word(40)}`],
  Airtable: [`pat${word(14)}.${hex(64)}`],
  HubSpot: ['na1', 'na2', 'eu1'].map(
    (zone) => `pat-${zone}-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
  ),
  Contentful: [`CFPAT-${word(43)}`],
  Typeform: [`tfp_${word(40)}_${word(16)}`],
  Postman: [`PMAK-${hex(24)}-${hex(34)}`],
  Mapbox: [`sk.eyJ${word(60)}.${word(22)}`],
  'New Relic': ['NRAK', 'NRJS', 'NRRA', 'NRII'].map((prefix) => `${prefix}-${upper(27)}`),
  Grafana: [`glc_${base64(word(90))}`, `glsa_${word(32)}_${hex(8)}`],
  'Grafana API key': [base64(`{"k":"${word(40)}","n":"x","id":1}`)],
  Sentry: [`sntrys_${base64(word(90))}_${word(43)}`, `sntryu_${hex(64)}`],
  Dynatrace: ['c01', 's01', 's16'].map((kind) => `dt0${kind}.${upper(24)}.${upper(64)}`),
};

/** What stands before the secret part of an address. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'Slack webhook': 'https://hooks.slack.com/services/',
  'Discord webhook': 'https://discord.com/api/webhooks/',
  'Discord webhook, former domain': 'https://discordapp.com/api/webhooks/',
  'Microsoft Teams webhook': 'https://acme.webhook.office.com/webhookb2/',
};

const BODY = `${word(64)}\n${word(64)}`;
const JWT = `${base64('{"alg":"HS256"}').replace(/=*$/, '')}.${base64('{"sub":"12345"}').replace(/=*$/, '')}`;

/** For each form: a text, and what is left of it. */
const FORMS: Readonly<Record<string, readonly (readonly [text: string, left: string])[]>> = {
  'private key in PEM': [
    ...['RSA ', 'OPENSSH ', 'EC ', 'ENCRYPTED ', ''].map((kind): [string, string] => [
      `a -----BEGIN ${kind}PRIVATE KEY-----\n${BODY}\n-----END ${kind}PRIVATE KEY----- b`,
      `a ${MASK} b`,
    ]),
    [`-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${BODY}\n-----END PGP PRIVATE KEY BLOCK-----`, MASK],
    [`a -----BEGIN RSA PRIVATE KEY-----\n${BODY}`, `a ${MASK}`],
    [
      JSON.stringify(`-----BEGIN RSA PRIVATE KEY-----\n${BODY}\n-----END RSA PRIVATE KEY-----\n`),
      `"${MASK}\\n"`,
    ],
  ],
  'private key in PEM whose beginning is cut off': [[`…${BODY}\n-----END RSA PRIVATE KEY-----`, `…${MASK}`]],
  'private key of PuTTY': [
    [
      `Private-Lines: 2\n${word(64)}\n${word(40)}==\nPrivate-MAC: ab`,
      `Private-Lines: 2\n${MASK}Private-MAC: ab`,
    ],
    [`Private-Lines: 2\r\n${word(64)}`, `Private-Lines: 2\r${MASK}`],
    [`{"a":"Private-Lines: 1\\n${word(64)}\\nPrivate-MAC"}`, `{"a":"Private-Lines: 1\\n${MASK}Private-MAC"}`],
  ],
  'JSON web token': [
    [`id ${JWT}.${word(43)}!`, `id ${MASK}!`],
    [`id ${JWT}`, `id ${MASK}`],
    [`a_eyJ-${JWT}.${word(43)}`, `a_${MASK}`],
  ],
  'header with credentials': [
    [`Authorization: Bearer ${word(30)}`, `Authorization: Bearer ${MASK}`],
    [`authorization: Basic ${base64('user:passwd')}`, `authorization: Basic ${MASK}`],
    ['Authorization: Token abcdefgh', `Authorization: Token ${MASK}`],
    [`{"Authorization":"Bearer abcdefgh"}`, `{"Authorization":"Bearer ${MASK}"}`],
    [`{\\"Authorization\\": \\"Bearer abcdefgh\\"}`, `{\\"Authorization\\": \\"Bearer ${MASK}\\"}`],
    [`Authorization=Bearer%20${word(20)}`, `Authorization=Bearer%20${MASK}`],
  ],
  'credentials behind a scheme': [
    [`sent Bearer ${word(30)}`, `sent Bearer ${MASK}`],
    [`sent Basic ${base64('user:passwd')}`, `sent Basic ${MASK}`],
  ],
  'password in a URL': [
    [`postgres://user:${word(8)}@db.example.com/x`, `postgres://user:${MASK}@db.example.com/x`],
    ['https://me:s3cr@t!@host:8080/p?q=1', `https://me:${MASK}@host:8080/p?q=1`],
    ['redis://:abc@localhost', `redis://:${MASK}@localhost`],
  ],
  'password for curl': [
    ['curl -s -u admin:abc https://h.example', `curl -s -u admin:${MASK} https://h.example`],
    [`{"c":"curl --user \\"me:abcd\\" x"}`, `{"c":"curl --user \\"me:${MASK}\\" x"}`],
    [
      "curl https://h.example -X POST --proxy-user='me:p%w0' -d 1",
      `curl https://h.example -X POST --proxy-user='me:${MASK}' -d 1`,
    ],
    ['$ curl -uadmin:hunter2 h', `$ curl -uadmin:${MASK} h`],
  ],
  'token in a URL': [[`https://${word(30)}@git.example.com/a`, `https://${MASK}@git.example.com/a`]],
  'value of a secret by its name': [
    ['DB_PASSWORD=abcd', `DB_PASSWORD=${MASK}`],
    [`aws_secret_access_key = ${word(40)}`, `aws_secret_access_key = ${MASK}`],
    [`SecretAccessKey": "${word(40)}"`, `SecretAccessKey": "${MASK}"`],
    [`https://h.example/?api_key=${word(32)}&x=1`, `https://h.example/?api_key=${MASK}&x=1`],
    [`DefaultEndpoints;AccountKey=${word(60)}==;x`, `DefaultEndpoints;AccountKey=${MASK};x`],
    [`{"client_secret":"abcdefgh"}`, `{"client_secret":"${MASK}"}`],
    [`{\\"password\\":\\"abcdefgh\\"}`, `{\\"password\\":\\"${MASK}\\"}`],
    ['<password>abcdefgh</password>', `<password>${MASK}</password>`],
    ["'password' => 'abcdefgh'", `'password' => '${MASK}'`],
    [':password=>"abcdefgh"', `:password=>"${MASK}"`],
    [`{"auths":{"r":{"auth":"${word(24)}="}}}`, `{"auths":{"r":{"auth":"${MASK}"}}}`],
    [`//registry.example/:_auth=${word(24)}==`, `//registry.example/:_auth=${MASK}`],
  ],
  'value of a secret by its name, in prose': [
    [`x-api-key: ${word(32)}`, `x-api-key: ${MASK}`],
    ['password: hunter2', `password: ${MASK}`],
    [`unknown option --api-key ${word(32)} of`, `unknown option --api-key ${MASK} of`],
    ['tool --password hunter2', `tool --password ${MASK}`],
    ['machine h login me password hunter2', `machine h login me password ${MASK}`],
    [`client-key-data: ${word(60)}`, `client-key-data: ${MASK}`],
  ],
  'value of a key or token': [
    [`GET /?key=${word(39)}`, `GET /?key=${MASK}`],
    [`csrf_token: ${word(32)}`, `csrf_token: ${MASK}`],
    [`run --token ${word(32)}`, `run --token ${MASK}`],
    [`https://a.blob.example/c?sv=2022&sig=${word(43)}%3D`, `https://a.blob.example/c?sv=2022&sig=${MASK}`],
  ],
  cookies: [[`Cookie: id=${word(10)}; b=2\nx`, `Cookie: ${MASK}\nx`]],
};

const { text } = createRedactor();

describe('a token', () => {
  it('has an example for each shape', () => {
    expect(Object.keys(TOKENS)).toEqual(TOKEN_SHAPES.map(({ name }) => name));
    expect(Object.keys(FORMS)).toEqual(SECRET_FORMS.map(({ name }) => name));
  });

  it.each(TOKEN_SHAPES.map(({ name, found }) => [name, found] as const))('of %s is masked', (name, found) => {
    const address = ADDRESSES[name] ?? '';
    expect(TOKENS[name]?.length).toBeGreaterThan(0);
    for (const token of TOKENS[name] ?? []) {
      expect(text(`it said: ${address}${token}, no`)).toBe(`it said: ${address}${MASK}, no`);
      expect(text(JSON.stringify({ a: `\n${address}${token}\n` }))).toBe(`{"a":"\\n${address}${MASK}\\n"}`);
      expect(text(`${address}${token}`)).toBe(address + MASK);
      expect(holdsSecret(`${address}${token}`)).toBe(true);
    }
    const prefixes = 'at' in found && address === '' ? found.at : [];
    for (const prefix of prefixes) expect(TOKENS[name]?.some((token) => token.startsWith(prefix))).toBe(true);
  });

  it.each(Object.entries(FORMS))('%s is masked', (_name, examples) => {
    for (const [before, after] of examples) expect(text(before)).toBe(after);
  });
});

const PICTURE = Buffer.from(
  Uint8Array.from({ length: 60_000 }, (_, index) => (index * 7919 + (index >> 3)) % 251),
);

describe('what is no token stays', () => {
  it.each([
    'The password is required, and the api key is missing: set it',
    'password: incorrect, secret: not found, token: expired, API key: invalid',
    'invalid api key: it must be set in the variable OPENAI_API_KEY',
    'Basic authentication and Bearer authentication are not supported; Basic troubleshooting',
    'authorization: denied; Authorization: required',
    'max_tokens: 4096, "total_tokens": 123456, token_count=12, tokens=987654321',
    'api_key_env: OPENAI_API_KEY, api_key={api_key}, password=$PASSWORD, token=<your token>',
    'password=null secret=undefined api_key=None',
    ['secret=$', '{SECRET}'].join(''),
    'secret = keypair[:32]; private_key = ed25519.PrivateKey.from(secret); authToken = process.env.AUTH_TOKEN',
    'PWD=/home/user/project1 OLDPWD=/home/user',
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8 of main',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
    'id 550e8400-e29b-41d4-a716-446655440000, key 01K9ZQ3V7M8KD4S2X6N5T7W8YB',
    'trace_id=4bf92f3577b34da6a3ce929d0e0e4736 cache_key=9fceb02d0ae598e95dc970b7',
    'class="sk-parallel-item sk-text-repr-fallback" xai-explainability-methods-overview',
    'task-abcdefghijklmnopqrstuvwxyz12345 disk-abcdefghijklmnopqrstuvwxyz12345',
    'npm_config_registry, npm_package_version, hf_hub_download, fw_update_installer',
    'http://localhost:3000/users/@me and https://example.com:8080/a@b and user@host',
    'git@github.com:owner/repo.git ssh://git@example.com:22/owner/repo',
    'claude-sonnet-4-5-20250929, gpt-5.1-codex-max, us.anthropic.claude-opus-4-20250514-v1:0',
    'ASIA and AKIA are prefixes; SKU SK1234; eyJ is the start of a header',
    '2026-11-29T15:33:14.123Z took 1234567890 ns at 127.0.0.1:54321',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----',
    'usage: tool --password <password> --api-key KEY --secret-file a1b2c3d4 --token TOKEN',
    'a login failed; the password hunter2000 is wrong; const f = (secret) => secret.length2 + password>text1234',
    '"auth": "oauth2", auth: oauth2, "auth": {"kind": 1}',
    'curl -u user: https://h.example:8080/a; curl -u $USER:$PASSWORD h; docker run -u 1000:1000 curl x',
    'curl: (3) URL rejected; use -u <user:password>, --user name; curl -L h | tool -u a:bcdef',
    'The private key: see docs. The primary key = id, foreign_key=user_id',
    `data:image/png;base64,${PICTURE.toString('base64')}`,
  ])('%s', (ordinary) => {
    expect(text(ordinary)).toBe(ordinary);
  });
});
