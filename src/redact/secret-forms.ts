import type { SecretShape } from './secret-shape.js';

/** Between a name and its value: `=`, `: `, `": "`, and the same in JSON inside of JSON; a blank behind an option and in `.netrc`. */
const IS = `(?:(?:\\\\{0,3}["'])?\\s{0,3}(?:=|:)\\s{0,3}(?:\\\\{0,3}["'])?|(?<=--[\\w-]{1,40}|\\blogin\\s{1,3}\\S{1,99}\\s{1,3}password)\\s{1,3}["']?)`;
/** The same where it is certainly no prose: `=`, quotes around name and value, `=>` and a quote, or an element of XML. */
const IS_SURELY = `(?:(?:\\\\{0,3}["'])?=\\s{0,3}(?:\\\\{0,3}["'])?|\\s=\\s|\\\\{0,3}["']\\s{0,3}:\\s{0,3}\\\\{0,3}["']|["']?\\s{0,3}=>\\s{0,3}["']|>(?=[^\\s<]{4,512}</))`;
/** No reference to a value, no placeholder, and no call. */
const NO_REFERENCE = `(?![$<{[(*]|%[a-z]\\b|%\\w{1,40}%|(?:null|none|nil|true|false|undefined|required|string|basic|bearer|digest|token)\\b|[\\w.]{1,60}[([]|(?:process\\.env|os\\.environ|self|this)\\.)`;
const VALUE = `[^\\s"'\`&,;<>\\\\]`;
/** Neither an ordinary word nor a number. */
const MIXED = `(?=${VALUE}{0,80}\\d)(?=${VALUE}{0,80}[a-z])`;

/** Names of secrets, as they end: `OPENAI_API_KEY` and `client_secret` are some too. */
const SECRET_NAMES = [
  ...['pass(?:word|wd|phrase)', 'pwd(?!["\']?\\s{0,3}[=:]\\s{0,3}["\']?[/~.])', 'secret'],
  ...['(?:api|access|secret|private|account|auth|subscription|master)[-_ ]?key', 'x-(?:amz|goog)-signature'],
  ...['client-key-data', '(?:_auth|"auth)(?=\\\\{0,3}"?\\s?[=:]\\s?\\\\{0,3}"?[A-Za-z0-9+/]{12})'],
  ...['(?:auth|access|refresh|bearer|session|security|personal|api|bot)[-_ ]?token', 'authorization'],
].join('|');
/** Each of them has one of these. */
const NAME_PARTS = ['pass', 'pwd', 'secret', 'key', 'token', 'auth', 'signature'];

/**
 * Places in which a text has a secret of any service, such as behind the name of a header. Each takes linear time: its loops are
 * bounded, or begin where no other try begins.
 */
export const SECRET_FORMS: readonly SecretShape[] = [
  {
    name: 'private key in PEM',
    looks: '`-----BEGIN … PRIVATE KEY-----`, up to its end or, when it is cut, to the end of the text',
    found: { with: ['PRIVATE KEY'] },
    source: String.raw`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'private key in PEM whose beginning is cut off',
    looks: 'what stands before `-----END … PRIVATE KEY-----`',
    found: { with: ['PRIVATE KEY'] },
    source: String.raw`(?<![A-Za-z0-9+/=\s\\:,-])[A-Za-z0-9+/=\s\\:,]+-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'private key of PuTTY',
    looks: 'the lines behind `Private-Lines:`',
    found: { with: ['Private-Lines: '] },
    source: String.raw`(Private-Lines: \d{1,4}(?:\s|\\[rn]))[A-Za-z0-9+/=\s\\]+?(?=Private-MAC|[^A-Za-z0-9+/=\s\\]|$)`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'JSON web token',
    looks: '`eyJ` and two or more parts',
    found: { with: ['eyJ'] },
    // Only the first `eyJ` of a word is tried, since each try goes through the rest of it.
    source: String.raw`(?<![\w-])(?=([\w-]*?)eyJ)\1eyJ[\w-]{8,}\.(?:eyJ[\w-]{4,}|[\w-]*\.[\w-]{4,})(?:\.[\w-]*){0,3}`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'header with credentials',
    looks: '`Authorization: Bearer …`, `Basic …`, `Token …` and others',
    found: { with: ['authorization'] },
    source: `(authorization${IS}(?:basic|bearer|token|digest|negotiate|api-?key|key)(?:\\s|%20|\\+){1,3})${NO_REFERENCE}${VALUE}{6,}`,
    flags: 'i',
    isCertain: true,
  },
  {
    name: 'credentials behind a scheme',
    looks: '`Bearer …`, `Basic …`, with a digit in them',
    found: { with: ['earer', 'EARER', 'asic', 'ASIC'] },
    source: String.raw`(\b(?:[Bb]earer|BEARER)(?:\s|%20|\+){1,3}(?=[A-Za-z0-9._~+/-]{0,80}\d)|\b(?:[Bb]asic|BASIC)(?:\s|%20|\+){1,3}(?=[A-Za-z0-9+/]{0,80}(?:\d|=|[a-z][A-Z])))[A-Za-z0-9._~+/-]{12,}=*`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'password in a URL',
    looks: '`scheme://user:password@host`',
    found: { with: ['@'] },
    source: String.raw`((?<=[a-z0-9+.-])://[^\s/?#:@"'\x60<>\\]{0,256}:)(?![$<{[*])[^\s/?#"'\x60<>\\]{1,512}(?=@)`,
    flags: 'i',
    isCertain: true,
  },
  {
    name: 'password for curl',
    looks: '`curl -u user:password`, `--user`, `--proxy-user`',
    found: { with: ['curl '] },
    source: `(\\bcurl\\s[^\\r\\n|;]{0,400}?(?<=\\s)(?:-u|-U|--(?:proxy-)?user)[\\s=]{0,3}(?:\\\\{0,3}["'])?[^\\s:"'\`\\\\<>]{1,100}:)(?![$<{[(*])${VALUE}{3,512}`,
    flags: '',
    isCertain: true,
  },
  {
    name: 'token in a URL',
    looks: '`scheme://token@host`, of 20 characters or more',
    found: { with: ['@'] },
    source: String.raw`((?<=[a-z0-9+.-])://)(?=[A-Za-z_-]{0,80}\d)[A-Za-z0-9_-]{20,256}(?=@)`,
    flags: 'i',
    isCertain: true,
  },
  {
    name: 'value of a secret by its name',
    looks: '`password=…`, `"api_key": "…"`, `<secret>…</secret>`, `_auth=…` and others',
    found: { with: NAME_PARTS, and: ['=', ':', '>'] },
    source: `((?:${SECRET_NAMES})${IS_SURELY})${NO_REFERENCE}${VALUE}{4,}`,
    flags: 'i',
    isCertain: false,
  },
  {
    name: 'value of a secret by its name, in prose',
    looks: '`password: …`, `--api-key …`, of 6 characters or more with digits and letters',
    found: { with: NAME_PARTS, and: ['=', ':', '--', 'login'] },
    source: `((?:${SECRET_NAMES})${IS})${NO_REFERENCE}${MIXED}${VALUE}{6,}`,
    flags: 'i',
    isCertain: false,
  },
  {
    name: 'value of a key or token',
    looks: '`key=…`, `token=…`, `sig=…`, of 16 characters or more with digits and letters',
    found: { with: ['key=', 'sig=', 'signature=', 'token'], and: ['=', ':', '--'] },
    source: `((?<![A-Za-z0-9_]|[^-]-)(?:(?:key|sig|signature)=|(?:[a-z]{1,20}[-_]){0,3}token${IS}))${NO_REFERENCE}${MIXED}${VALUE}{16,}`,
    flags: 'i',
    isCertain: false,
  },
  {
    name: 'cookies',
    looks: '`Cookie: name=…`, `Set-Cookie: name=…`',
    found: { with: ['cookie'] },
    source: String.raw`(\b(?:set-)?cookie["']?\s{0,3}:\s{0,3}["']?)(?=[\w.-]{1,80}=)[^\r\n"'\\]{6,4096}`,
    flags: 'i',
    isCertain: false,
  },
];
