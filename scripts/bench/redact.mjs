// Masking 5 MB of text that is made to be slow against masking a fifth of it. The ratio counts, not times: linear work takes five
// times as long, quadratic work twenty-five times. Exit 1 when one is above the limit.
import { runScript } from '../run.mjs';
import { median } from './measure.mjs';

const LENGTH = 5_000_000;
const PARTS = 5;
const ROUNDS = 3;
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

process.stdout.write(
  `node ${process.versions.node}, ${LENGTH / 1e6} MB against a part of it, medians of ${ROUNDS}\n`,
);
for (const [name, piece] of Object.entries(HOSTILE)) {
  report(`mask ${name}`, (length) => text(piece.repeat(length / piece.length)));
}
report('leave out a prompt', (length) => {
  const prompt = HOSTILE.words.repeat(length / HOSTILE.words.length);
  return withoutTexts([prompt.slice(-4096)], [prompt]);
});

/** Prints how much longer the whole takes than a part. */
function report(name, work) {
  work(LENGTH / PARTS);
  const times = [LENGTH / PARTS, LENGTH].map((length) =>
    median(Array.from({ length: ROUNDS }, () => measure(() => work(length)))),
  );
  const ratio = times[1] / times[0];
  if (ratio > MAX_RATIO) process.exitCode = 1;
  process.stdout.write(
    `${name.padEnd(22)} ${times[1].toFixed(0).padStart(5)} ms   ${ratio.toFixed(1)} x (at most ${MAX_RATIO} x)\n`,
  );
}

function measure(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}
