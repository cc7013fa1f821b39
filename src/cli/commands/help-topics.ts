import { CONFIG_FILE, CONFIG_FOLDER } from '../../config-files/find.js';
import { VARIABLE_GROUPS } from '../variables.js';
import { labelled } from '../wrap.js';

/** Columns of the names; a longer one stands on a line of its own. */
const NAMES = 32;

/** `help environment`: made from the list of variables. */
export function environmentTopic(width: number): string {
  const groups = VARIABLE_GROUPS.map(({ title, variables }) => [
    title.toUpperCase(),
    ...variables.flatMap(({ name, meaning }) => variableLines(name, meaning, width)),
  ]);
  return `Environment variables of llm-router\n\n${groups.map((lines) => lines.join('\n')).join('\n\n')}`;
}

function variableLines(name: string, meaning: string, width: number): string[] {
  const isLong = name.length > NAMES - 4;
  const lines = labelled(isLong ? '' : `  ${name}`, meaning, { indent: NAMES, width });
  return isLong ? [`  ${name}`, ...lines] : lines;
}

/** `help config`: where configs are found, and trust. */
export function configTopic(): string {
  return `The configuration of llm-router

One YAML file, ${CONFIG_FILE}, or a folder ${CONFIG_FOLDER}/ whose *.yaml and *.yml files make one config together.

Layers, weakest first; a stronger one changes single fields, lists are replaced:
  built-in   tools and models that come with llm-router
  user       $XDG_CONFIG_HOME/llm-router/ [~/.config/llm-router/]
  project    the nearest, from the working directory up to the root of the repository
  variables  llm-router help environment
  flags      of exec
--config and LLM_ROUTER_CONFIG replace user and project.

A project's config can name commands to run, so nothing in it runs until it is trusted:
  llm-router config trust           shows what it would run, and allows it
  --config, LLM_ROUTER_TRUST=1      trust it for one run
Changing a command asks again; changing a prompt does not.

Commands:
  llm-router config init            write one for the installed tools
  llm-router template --list        annotated examples
  llm-router config validate        list all problems with their places
  llm-router config show --origin   the resolved config, and where each value comes from
  llm-router config path            the files that are used
  llm-router config schema          every key with its meaning, as JSON Schema
  llm-router config migrate <old>   convert a config of lee-llm-router or llm-service`;
}

/** `help routing`: the rules in their order. */
export function routingTopic(): string {
  return `How llm-router chooses

The first rule that matches gives the first candidate:
  1. explicit           --tool or --model
  2. task_type          --task, in task_types of the agent
  3. tier, complexity   --tier or --complexity, in tiers (low is fast, medium balanced, high premium)
  4. cost_optimization  of the policy: a small input goes to simple_task_models, then to the preferred pair;
                        a larger one to complex_task_models, if set (above_threshold)
  5. preferred          preferred_tool and preferred_model of the agent
  6. first_usable       without any preference: the first tool that can run here

A model without a tool runs on the preferred tool if that lists it, else on the first available tool that does (tool_switched).
Then the fallback_chain of the agent, in its order. --tool or --model turns it off; --fallback turns it on again.

Every candidate must pass the same gates: the tool is defined and offers the model, the policy allows both, the input fits
the context window, the binary and the variables are present, and it is not cooling down. A candidate that fails a gate is
rejected with the reason. The gates are checked again right before each run.
If a tool has concurrency or rate_limit, a run then waits for its slot, first come first served over all processes. A window
that opens later than max_delay is a rate_limit failure, and so is a full queue.

When a run fails, its type of failure decides (llm-router help exit-codes):
  retry                 with exponential backoff and jitter, or after the provider's Retry-After: overloaded, connection;
                        invalid_response once. Set by --retries, and by retry in the policy: max_retries, max_attempts,
                        base_delay, max_delay
  fall back             at once after rate_limit, quota, timeout, provider_error, authentication, and when retries are used
                        up; context_too_large only to a larger window
  wait                  with no other candidate left: up to max_delay, beyond that up to --patience, else exit code 75
  stop                  refused, invalid_request, limit_reached, contract_violation (retry_on_contract_violation: one retry);
                        after text was shown; after a tool with access edit or full began to work (after_side_effects)
A limit with a known end and repeated failures start a cooldown that all processes share: llm-router doctor lists them.

  llm-router exec --dry-run "hello"    the candidates, the rejected ones, the reasons and the exact commands; runs nothing
  llm-router exec --explain "hello"    the same on stderr, and then runs`;
}
