import type { SecretShape } from './secret-shape.js';

const WORD = '[A-Za-z0-9]';
const DASHED = '[A-Za-z0-9_-]';
const BASE64 = '[A-Za-z0-9+/]';
const HEX = '[0-9a-f]';
/** No slug, such as a class in HTML: those have neither digits nor capitals. */
const NO_SLUG = '(?=[a-z_-]{0,80}[A-Z0-9])';

/** How the numbers from 1 to 9 begin in Base64. */
const DIGITS_IN_BASE64 = ['MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'];

/** Not in the middle of a word, but behind a line feed or blank that JSON or a URL has escaped, and behind a colour. */
const START = '(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|%[0-9A-F]{2}|\u001b\\[[\\d;]{0,40}m))';

/**
 * Tokens of services, by the prefixes and lengths that these publish; the test has an example of each. What follows a prefix is bounded,
 * or nothing can fail behind it, so that a match takes linear time.
 */
export const TOKEN_SHAPES: readonly SecretShape[] = [
  // Models and agents
  begins('OpenAI, Anthropic, OpenRouter, DeepSeek and others', ['sk-'], `${NO_SLUG}${DASHED}{16,}`),
  begins('xAI', ['xai-'], `${NO_SLUG}${DASHED}{20,}`),
  begins('Perplexity', ['pplx-'], `${NO_SLUG}${WORD}{20,}`),
  begins('Groq', ['gsk_'], `${WORD}{20,}`),
  begins('Replicate', ['r8_'], `${WORD}{30,}`),
  begins('Hugging Face', ['hf_', 'api_org_'], `${WORD}{20,}`),
  begins('NVIDIA', ['nvapi-'], `${DASHED}{30,}`),
  begins('Tavily', ['tvly-'], `${NO_SLUG}${DASHED}{20,}`),
  begins('Cerebras', ['csk-'], `${NO_SLUG}${WORD}{24,}`),
  begins('Fireworks', ['fw_', 'fpk_'], `${NO_SLUG}${WORD}{20,}`),
  begins('Together', ['tgp_v1_'], `${DASHED}{24,}`),
  begins('Firecrawl', ['fc-'], `${HEX}{32}`),
  begins('Jina', ['jina_'], `${HEX}{32}${DASHED}{10,}`),
  begins('Voyage', ['pa-'], `${NO_SLUG}${DASHED}{40,}`),
  begins('Pinecone', ['pcsk_'], `${DASHED}{40,}`),
  begins('LangSmith', ['lsv2_pt_', 'lsv2_sk_'], `${HEX}{32}_${HEX}{10}`),
  begins('ElevenLabs', ['sk_'], `${HEX}{40,}`),
  begins('E2B', ['e2b_'], `${HEX}{40}`),
  begins('Sourcegraph', ['sgp_'], `${DASHED}{40,}`),
  // Clouds
  begins('Google API key', ['AIza'], `${DASHED}{30,}`),
  begins('Google Gemini API key', ['AQ.Ab'], `${DASHED}{30,}`),
  begins('Google access token', ['ya29.'], `${DASHED}{20,}`),
  begins('Google client secret', ['GOCSPX-'], `${DASHED}{20,}`),
  begins('Google refresh token', ['1//0'], `${NO_SLUG}${DASHED}{30,}`),
  begins('AWS access key id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], '[A-Z0-9]{16}(?![A-Za-z0-9])'),
  begins('Amazon Bedrock', ['ABSK', 'bedrock-api-key-'], `${BASE64}{40,}={0,2}`),
  contains('Azure client secret', '3 characters, a digit and `Q~`', 'Q~', `[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}`),
  contains('Azure service key', '84 characters around `JQQJ99`', 'JQQJ99', `${WORD}{52}JQQJ99${WORD}{26}`),
  begins('Alibaba Cloud', ['LTAI'], `${WORD}{16,24}(?![A-Za-z0-9])`),
  begins('DigitalOcean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], `${HEX}{40,}`),
  begins('Heroku', ['HRKU-'], `${DASHED}{30,}`),
  begins('Fly.io', ['fo1_', 'fm1_', 'fm2_', 'fm1a_', 'fm1r_'], '[A-Za-z0-9_+/=-]{20,}'),
  begins('Vercel', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_', 'vercel_blob_rw_'], `${DASHED}{20,}`),
  begins('Netlify', ['nfp_', 'nfo_', 'nfc_', 'nfu_', 'nfb_'], `${WORD}{30,}`),
  begins('Cloudflare', ['cfut_', 'cfat_', 'cfk_'], `${DASHED}{30,}`),
  begins('Cloudflare Origin CA', ['v1.0-'], `${HEX}{24}-${HEX}{100,}`),
  begins('Supabase', ['sbp_', 'sb_secret_'], `${NO_SLUG}${DASHED}{20,}`),
  begins('PlanetScale', ['pscale_tkn_', 'pscale_oauth_', 'pscale_pw_'], `[\\w.-]{30,}`),
  begins('Neon', ['napi_'], `${WORD}{40,}`),
  begins('Databricks', ['dapi', 'dose'], `${HEX}{32}(?:-\\d)?`),
  begins('Pulumi', ['pul-'], `${HEX}{40}`),
  contains(
    'Terraform Cloud',
    '14 characters, `.atlasv1.`',
    '.atlasv1.',
    `${WORD}{14}\\.atlasv1\\.[A-Za-z0-9_=-]{50,}`,
  ),
  // Secret stores
  begins('HashiCorp Vault', ['hvs.', 'hvb.', 'hvr.'], `${DASHED}{20,}`),
  begins('Doppler', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'], `[\\w.-]{30,}`),
  begins('1Password service account', ['ops_eyJ'], `${DASHED}{40,}`),
  begins('age key', ['AGE-SECRET-KEY-'], '[A-Za-z0-9-]{40,}'),
  // Code, packages and builds
  begins(
    'GitHub',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    `\\w{20,}(?:\\.${DASHED}{10,}){0,2}`,
  ),
  begins(
    'GitLab',
    [
      ...['glpat-', 'gldt-', 'glrt-', 'glrtr-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-'],
      ...['gloas-', 'glsoat-', 'glffct-', 'glwt-'],
    ],
    `${DASHED}{16,}(?:\\.[0-9a-z]{2}\\.[0-9a-z]{7,9})?`,
  ),
  begins('GitLab runner registration', ['GR1348941'], `${DASHED}{20}`),
  begins('Bitbucket', ['ATBB'], `${NO_SLUG}${WORD}{28,}`),
  begins('Atlassian', ['ATATT3', 'ATCTT3'], `[A-Za-z0-9_=-]{40,}`),
  begins('npm', ['npm_'], `${WORD}{36,}`),
  begins('PyPI', ['pypi-'], `${NO_SLUG}${DASHED}{50,}`),
  begins('RubyGems', ['rubygems_'], `${HEX}{48}`),
  begins('crates.io', ['cio'], `${WORD}{32}(?![A-Za-z0-9])`),
  begins('NuGet', ['oy2'], '[a-z0-9]{43}(?![A-Za-z0-9])'),
  begins('Clojars', ['CLOJARS_'], `${HEX}{60}`),
  begins('Docker Hub', ['dckr_pat_', 'dckr_oat_'], `${DASHED}{24,}`),
  begins('JFrog Artifactory', ['AKCp', 'cmVmdGtu'], `${WORD}{50,}`),
  begins('CircleCI', ['CCIPAT_', 'CCIPRJ_'], `\\w{30,}`),
  begins('Buildkite', ['bkua_', 'bkct_'], `${WORD}{40}`),
  begins('SonarQube', ['sqp_', 'sqa_', 'squ_'], `${HEX}{40}`),
  // Messages
  begins('Slack', ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'], `${DASHED}{10,}`),
  begins('Slack refresh token', ['xoxe.xoxb-', 'xoxe.xoxp-'], `${DASHED}{10,}`),
  begins('Slack app', ['xapp-', 'xwfp-'], `${NO_SLUG}${DASHED}{20,}`),
  behind('Slack webhook', 'hooks.slack.com/services/', `(?:[A-Za-z0-9]{1,40}/){0,3}${WORD}{16,}`),
  {
    ...begins('Discord bot', DIGITS_IN_BASE64, `${DASHED}{21,26}\\.${DASHED}{6}\\.${DASHED}{27,}`),
    looks: 'three parts, the first an id in Base64',
  },
  behind('Discord webhook', 'discord.com/api/webhooks/', `\\d{5,25}/${DASHED}{40,}`),
  behind('Discord webhook, former domain', 'discordapp.com/api/webhooks/', `\\d{5,25}/${DASHED}{40,}`),
  behind('Microsoft Teams webhook', 'webhook.office.com/webhookb2/', `[A-Za-z0-9@/-]{40,}`),
  contains('Telegram bot', 'digits, `:AA`', ':AA', `\\d{6,12}:AA${DASHED}{30,}`),
  begins('SendGrid', ['SG.'], `${DASHED}{16,}\\.${DASHED}{16,}`),
  begins('Mailgun', ['key-', 'pubkey-'], `${HEX}{32}(?![A-Za-z0-9])`),
  contains(
    'Mailchimp',
    '32 hexadecimal digits, `-us` and digits',
    '-us',
    `${HEX}{32}-us\\d{1,2}(?![A-Za-z0-9])`,
  ),
  begins('Brevo', ['xkeysib-', 'xsmtpsib-'], `${HEX}{64}-${WORD}{16}`),
  begins('Resend', ['re_'], `${WORD}{8}_${WORD}{20,}`),
  begins('Twilio', ['SK'], `${HEX}{32}(?![A-Za-z0-9])`),
  // Money and shops
  begins('Stripe', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_org_'], `\\w{16,}`),
  begins('Webhook signing secret (Stripe, Svix)', ['whsec_'], `${BASE64}{24,}={0,2}`),
  begins('Square', ['sq0atp-', 'sq0csp-'], `${DASHED}{22,}`),
  begins('Square access token', ['EAAAE', 'EAAAl'], `${DASHED}{55,}`),
  begins('Shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_'], '[0-9a-fA-F]{32}'),
  // Work
  begins('Linear', ['lin_api_', 'lin_oauth_'], `${WORD}{32,}`),
  begins('Notion', ['ntn_', 'secret_'], `${WORD}{40,}`),
  begins('Figma', ['figd_', 'figo_'], `${DASHED}{36,}`),
  begins('Airtable', ['pat'], `${WORD}{14}\\.${HEX}{64}`),
  begins('HubSpot', ['pat-na1-', 'pat-na2-', 'pat-eu1-'], `${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`),
  begins('Contentful', ['CFPAT-'], `${DASHED}{40,}`),
  begins('Typeform', ['tfp_'], `[\\w.-]{40,}`),
  begins('Postman', ['PMAK-'], `${HEX}{24}-${HEX}{34}`),
  begins('Mapbox', ['sk.eyJ'], `${DASHED}{10,}\\.${DASHED}{16,}`),
  // Observation
  begins('New Relic', ['NRAK-', 'NRJS-', 'NRRA-', 'NRII-'], `${DASHED}{16,}`),
  begins('Grafana', ['glc_', 'glsa_'], '[\\w+/=]{32,}'),
  begins('Grafana API key', ['eyJrIjoi'], `${BASE64}{40,}={0,2}`),
  begins('Sentry', ['sntrys_', 'sntryu_'], '[\\w+/=]{40,}'),
  begins('Dynatrace', ['dt0c01.', 'dt0s01.', 'dt0s16.'], `[A-Z0-9]{24}\\.[A-Z0-9]{64}`),
];

function begins(name: string, prefixes: readonly string[], rest: string): SecretShape {
  return {
    name,
    looks: prefixes.map((prefix) => `\`${prefix}…\``).join(', '),
    found: { at: prefixes },
    source: `${START}(?:${prefixes.map(escaped).join('|')})${rest}`,
    flags: '',
    isCertain: true,
  };
}

function contains(name: string, looks: string, piece: string, source: string): SecretShape {
  return { name, looks, found: { with: [piece] }, source: START + source, flags: '', isCertain: true };
}

/** What follows an address is secret, the address is not. */
function behind(name: string, address: string, rest: string): SecretShape {
  const source = `(${escaped(address)})${rest}`;
  return { name, looks: `\`${address}…\``, found: { at: [address] }, source, flags: '', isCertain: true };
}

function escaped(text: string): string {
  return text.replaceAll('.', '\\.');
}
