import { CONFIG_FILE, CONFIG_FOLDER } from '../../config-files/find.js';
import { renderTable } from '../table.js';
import { VARIABLE_GROUPS } from '../variables.js';

/** `help environment`: made from the list of variables. */
export function environmentTopic(): string {
  const width = Math.max(
    ...VARIABLE_GROUPS.flatMap(({ variables }) => variables.map(({ name }) => name.length)),
  );
  const groups = VARIABLE_GROUPS.map(({ title, variables }) => {
    const rows = variables.map(({ name, meaning }) => [name.padEnd(width), meaning]);
    return renderTable(
      [{ title: title.toUpperCase() }, { title: 'MEANING' }],
      rows,
      Number.POSITIVE_INFINITY,
    );
  });
  return `Environment variables of llm-router\n\n${groups.join('\n\n')}`;
}

/** `help config`: where a config lives and what it takes to run. */
export function configTopic(): string {
  return `The configuration of llm-router

One YAML file, ${CONFIG_FILE}, or a folder ${CONFIG_FOLDER}/ whose *.yaml files make one config together.

Layers, weakest first; a stronger one changes single fields, lists are replaced:
  built-in   tools and models that come with llm-router
  user       $XDG_CONFIG_HOME/llm-router/ [~/.config/llm-router/]
  project    the nearest, from the working directory up to the root of the repository
  variables  llm-router help environment
  flags      of exec
--config and LLM_ROUTER_CONFIG stand in the place of user and project.

A project's config can name commands to run, so it runs nothing until it is trusted:
  llm-router config trust           says what would run, and lets it
  --config, LLM_ROUTER_TRUST=1      trust it for one run
Whoever changes a command is asked again; a changed prompt asks nobody.

Commands:
  llm-router config init            write one for the tools that are installed
  llm-router template --list        annotated examples
  llm-router config validate        all mistakes at once, each at its place
  llm-router config show --origin   the config as it holds, and where each value comes from
  llm-router config path            the files in use
  llm-router config schema          every key with its meaning, as JSON Schema
  llm-router config migrate <old>   convert a config of lee-llm-router or llm-service`;
}

/** `help routing`: the rules in the order in which they are asked. */
export function routingTopic(): string {
  return `How llm-router chooses

The first rule that matches gives the first candidate:
  1. explicit           --tool or --model
  2. task_type          --task, in task_types of the agent
  3. tier, complexity   --tier or --complexity, in tiers (low is fast, medium balanced, high premium)
  4. cost_optimization  of the policy: a small input goes to simple_task_models, with the preferred pair behind them;
                        a larger one to complex_task_models, where there are any (above_threshold)
  5. preferred          preferred_tool and preferred_model of the agent
  6. first_usable       nobody prefers anything: the first tool that can run here

A model without a tool runs on the preferred tool if that lists it, else on the first one there that does (tool_switched).
Then comes the fallback_chain of the agent, in its order. --tool or --model turns it off; --fallback turns it on again.

Every candidate must pass the same gates: the tool is defined and offers the model, the policy allows both, the input fits
the context window, the binary and the variables are there, it does not cool down. Whoever does not pass is rejected with the
reason. The gates are asked again right before each run.
Where a tool has concurrency or rate_limit, a run then waits for its slot, first come first served over all processes. A full
window that is known to open later than max_delay is a rate_limit, and so is a full queue.

When a run fails, its type of failure decides (llm-router help exit-codes):
  the same again        after a wait that grows and varies, or as long as the provider asks: overloaded, connection; once:
                        invalid_response; max_retries, max_attempts, base_delay, max_delay in retry of the policy, --retries
  the next candidate    at once after rate_limit, quota, timeout, provider_error, authentication, and after spent retries;
                        context_too_large only goes to a larger window
  a wait                when nobody else is left: up to max_delay, beyond that up to --patience, else exit code 75 with the time
  nothing more          refused, invalid_request, limit_reached, contract_violation (retry_on_contract_violation: once more);
                        after shown text; after a tool with access edit or full has begun to work (after_side_effects)
A limit with a known end, and repeated failures, are remembered for all processes: llm-router doctor shows who cools down.

  llm-router exec --dry-run "hello"    the candidates and why, the rejected and why not, the exact commands; runs nothing
  llm-router exec --explain "hello"    the same on stderr, and then runs`;
}
