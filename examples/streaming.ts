// The text as it comes. After a fallback another attempt begins again, so the text of a failed one is marked as such.
import { createRouter, loadConfig } from 'llm-router-cli';

const router = createRouter(await loadConfig({ path: process.argv[2] }));
for await (const event of router.stream({ prompt: 'Count to three' })) {
  switch (event.type) {
    case 'output.delta':
      process.stdout.write(event.text);
      break;
    case 'fallback':
      process.stdout.write(
        `\n[${event.from.tool} failed: ${event.failure.message}; going on with ${event.to.tool}]\n`,
      );
      break;
    case 'invocation.finished':
      process.stdout.write(
        `\n[${event.invocation.status}, ${event.invocation.usage?.outputTokens ?? '?'} tokens]\n`,
      );
      break;
  }
}
await router.close();
