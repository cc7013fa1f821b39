// Masking 5 MB of text that is made to be slow against masking a fifth of it. The ratio counts, not times: linear work takes five
// times as long, quadratic work twenty-five times.
import { runScript } from '../run.mjs';
import { rounds, row } from './rows.mjs';

const LENGTH = rounds(5_000_000, 50_000);
const PARTS = 5;
const ROUNDS = rounds(3, 1);
const MAX_RATIO = 12;

const { createRedactor, withoutTexts } = await runScript('scripts/bench/redact-work.ts');
const { text } = createRedactor(
  Array.from({ length: 10 }, (_, index) => `dummy-secret-${index}-${'x7Q'.repeat(10)}`),
);

const HOSTILE = {
  words: 'The answer of the model was cut at 4096 tokens: see docs.example.com. ',
  'a web token': 'eyJ',
  'web tokens': 'eyJ-aaaaaaaaaaaa.',
  'a token': 'sk-',
  backslashes: '\\',
  percents: '%25',
  'a pair': 'password=',
  'a URL': '://a:',
  'a private key': 'aaaa-----END PRIVATE',
  'half a key': 'dummy-secret-1-',
  Base64: 'A/',
};

for (const [name, piece] of Object.entries(HOSTILE)) {
  report(`mask ${name}`, (length) => text(piece.repeat(length / piece.length)));
}
report('leave out a prompt', (length) => {
  const prompt = HOSTILE.words.repeat(length / HOSTILE.words.length);
  return withoutTexts([prompt.slice(-4096)], [prompt]);
});

/** Gives how much longer the whole takes than a part. */
function report(name, work) {
  work(LENGTH / PARTS);
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(measure(() => work(LENGTH / PARTS)));
    ours.push(measure(() => work(LENGTH)));
  }
  const title = `${name}, ${LENGTH / 1e6} MB`;
  const beside = 'a fifth of it';
  row({ id: name.replaceAll(' ', '-'), title, unit: 'ms', ours, beside, theirs, most: MAX_RATIO });
}

function measure(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}
