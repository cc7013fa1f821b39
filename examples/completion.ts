// One request, answered by whichever tool the rules choose; a failure is a value that says what to do.
import { createRouter, loadConfig } from 'llm-router-cli';

const router = createRouter(await loadConfig({ path: process.argv[2] }));
const { failure, text, tool, attempts } = await router.complete({ prompt: 'Name a prime number' });
await router.close();

if (failure === null) {
  console.log(`${tool} answered at attempt ${attempts.length}: ${text}`);
} else {
  console.error(`${failure.type}: ${failure.message}`);
  if (failure.hint !== null) console.error(`hint: ${failure.hint}`);
  process.exitCode = 1;
}
