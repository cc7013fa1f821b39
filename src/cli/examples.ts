/** What the help of a command says after its options. */
export interface Advice {
  /** What must be known to use it well; broken at the width of the help. */
  note?: string;
  /** Command lines, each with what it does where that is not plain. */
  examples: readonly (readonly [line: string, meaning?: string])[];
}

/** By the path of the command. Each has at least one example, and a test reads all of them by the parser. */
export const ADVICE: Readonly<Record<string, Advice>> = {
  'llm-router': {
    examples: [
      ['git diff | llm-router exec --agent reviewer "Review this change"'],
      ['llm-router exec --dry-run --explain "Which tool would answer this?"'],
      ['llm-router exec --tool mock "hello"', 'canned answers, needs no setup'],
      ['llm-router trace --last 5'],
      ['llm-router stats --monthly --by agent,model'],
      ['llm-router config validate'],
    ],
  },
  'llm-router exec': {
    note:
      'The prompt is put together from contexts, -f, stdin and the argument, in this order, joined by a blank line. With an argument, a ' +
      'stdin that gives nothing for 3 s is left unread. In a loop such as `while read`, give --no-stdin or </dev/null, so that the loop ' +
      'keeps its input. Exit codes: 0 answered, 64 usage, 69 no tool available, 75 try later, … (llm-router help exit-codes)',
    examples: [
      ['llm-router exec --agent reviewer -f prompt.md'],
      ['git diff | llm-router exec -a reviewer "Review this change"'],
      ['llm-router exec -c src/a.ts -c src/b.ts "What do these do?" --json'],
      ['id=$(llm-router exec --detach -a reviewer -f prompt.md); llm-router jobs wait $id'],
      ['llm-router exec --dry-run -a reviewer "hello"', 'the plan, and the exact command'],
    ],
  },
  'llm-router race': {
    note:
      'Each candidate works with the files as they are, in a Git work tree of its own, and may cost what its agent may; --max-cost bounds all of ' +
      'them together. The patch is what a candidate left before the verification, and what it changed stays for diff and apply. Without --verify ' +
      'a terminal asks which one to take. Exit codes: 0 a change was taken, or waits for apply; 1 none passed, or a conflict; 64 usage; 124 out of time',
    examples: [
      ['llm-router race -a coder --candidates claude-code,codex,opencode --verify "npm test" "Fix the bug"'],
      [
        'llm-router race --candidates codex:gpt-6-luna,claude-code:opus --cascade --verify "make check" -f task.md',
        'cheapest first',
      ],
      ['llm-router race --candidates claude-code,codex "Write the page"', 'all run, and one is picked'],
      [
        'llm-router race --candidates claude-code,codex --dry-run "Fix it"',
        'the plan, and the most that it may cost',
      ],
    ],
  },
  'llm-router undo': {
    note: 'Exit codes: 0 done, or nothing to do; 64 usage; 66 no Git work tree; 75 files were changed since, another run worked in them, or not all could be put back',
    examples: [
      ['llm-router undo', 'the last run that changed files here'],
      ['llm-router undo --dry-run'],
      ['llm-router undo 01K9ZQ3V7M8KD --yes', 'without a question; a unique prefix is enough'],
      ['llm-router undo 01K9ZQ3V7M8KD --force', 'although the same files were changed since'],
    ],
  },
  'llm-router diff': {
    examples: [
      ['llm-router diff', 'the last run that changed files here'],
      ['llm-router diff 01K9ZQ3V7M8KD --stat'],
      ['llm-router diff 01K9ZQ3V7M8KD --attempt 1 | git apply', 'what a rolled back attempt did'],
    ],
  },
  'llm-router apply': {
    note:
      'For runs of --isolate and races: of those that failed, met a conflict, or were not picked. Files that were changed meanwhile are merged ' +
      'by their lines. Exit codes: 0 done, or nothing to do; 1 a conflict, and nothing is changed; 64 usage; 66 no Git work tree',
    examples: [['llm-router diff 01K9ZQ3V7M8KD', 'the change'], ['llm-router apply 01K9ZQ3V7M8KD']],
  },
  'llm-router init': initExamples('init'),
  'llm-router config': {
    examples: [
      ['llm-router config validate'],
      ['llm-router config show agents.reviewer'],
      ['llm-router config trust', 'lets the config of this project name commands to run'],
    ],
  },
  'llm-router config validate': {
    examples: [
      ['llm-router config validate'],
      ['llm-router config validate --strict --format github', 'annotations in a GitHub workflow'],
      ['llm-router config validate --fix team.yaml'],
    ],
  },
  'llm-router config init': initExamples('config init'),
  'llm-router config show': {
    examples: [
      ['llm-router config show agents.reviewer'],
      ['llm-router config show tools.codex --origin', 'with the file and line of each value'],
    ],
  },
  'llm-router config schema': {
    examples: [['llm-router config schema > llm-router.schema.json']],
  },
  'llm-router config path': {
    examples: [['llm-router config path'], ["llm-router config path --json | jq -r '.files[]'"]],
  },
  'llm-router config trust': {
    examples: [
      ['llm-router config trust --show', 'what it would run; exit 1 if not trusted'],
      ['llm-router config trust'],
    ],
  },
  'llm-router config distrust': { examples: [['llm-router config distrust']] },
  'llm-router config migrate': {
    examples: [
      ['llm-router config migrate config/llm.yaml --check', 'for CI'],
      ['llm-router config migrate config/llm.yaml'],
    ],
  },
  'llm-router doctor': {
    examples: [
      ['llm-router doctor'],
      ['llm-router doctor --agent reviewer --online'],
      ['llm-router doctor --clear-cooldowns', 'after a limit was lifted'],
      ['llm-router doctor --json | jq \'.tools[] | select(.status != "ok")\''],
    ],
  },
  'llm-router agents': {
    examples: [['llm-router agents'], ["llm-router agents --json | jq -r '.agents[].name'"]],
  },
  'llm-router tools': { examples: [['llm-router tools'], ['llm-router tools --json']] },
  'llm-router models': {
    note:
      'MODEL is what `--model` takes, ID what the provider calls it; prices are USD per million tokens. Providers of tools of kind `http` are ' +
      'asked at once, with 10 s for each; it costs nothing. Lists are kept for the `models_ttl` of the tool, and shown with their age when a ' +
      'provider cannot be asked.',
    examples: [
      ['llm-router models', 'the catalogue, and what providers list'],
      ['llm-router models --tool openai --refresh', 'ask one provider now'],
      ['llm-router models --agent reviewer', 'what its policy allows'],
      ["llm-router models --json | jq -r '.models[] | select(.allowed) | .name'"],
    ],
  },
  'llm-router tool': { examples: [['llm-router tool test codex --stdout out.jsonl']] },
  'llm-router tool test': {
    note: 'Exits 0 for what would be an answer, else with the code that exec would give.',
    examples: [
      ['llm-router tool test codex --stdout out.jsonl'],
      ['llm-router tool test my-tool --stdout out.txt --stderr err.txt --exit 1'],
      ['llm-router tool test my-tool --output-file answer.txt'],
    ],
  },
  'llm-router template': {
    examples: [['llm-router template --list'], ['llm-router template ci > llm-router.yaml']],
  },
  'llm-router completion': {
    examples: [
      ['eval "$(llm-router completion bash)"', 'in ~/.bashrc'],
      ['source <(llm-router completion zsh)', 'in ~/.zshrc, after compinit'],
      ['llm-router completion fish > ~/.config/fish/completions/llm-router.fish'],
    ],
  },
  'llm-router complete': { examples: [['llm-router complete fish -- trace show']] },
  'llm-router trace': {
    examples: [
      ['llm-router trace --last 20'],
      ['llm-router trace --status failed --since 2d'],
      ['llm-router trace --failure rate_limit --tool codex --json'],
      ['llm-router trace show last'],
    ],
  },
  'llm-router trace show': {
    examples: [
      ['llm-router trace show last'],
      ['llm-router trace show 01K9ZQ3V7M8KD', 'a unique prefix is enough'],
      ['llm-router trace show 01K9ZQ3V7M8KD --tree', 'with its nested calls, and their total cost'],
      ["llm-router trace show last --json | jq '.attempts[].failure'"],
    ],
  },
  'llm-router trace prune': { examples: [['llm-router trace prune --older-than 30d']] },
  'llm-router jobs': {
    note: 'States: running, ended, lost (its process was killed, or the machine restarted).',
    examples: [
      ['id=$(llm-router exec --detach -a reviewer -f prompt.md)'],
      ['llm-router jobs'],
      ['llm-router jobs wait $id', 'its answer and its exit code, as exec gives them'],
      ['llm-router jobs logs -f $id'],
      ['llm-router jobs cancel last'],
    ],
  },
  'llm-router jobs wait': {
    examples: [
      ['llm-router jobs wait last'],
      ['llm-router jobs wait $id --timeout 50s', 'exit code 124 if it is still running then'],
    ],
  },
  'llm-router jobs cancel': { examples: [['llm-router jobs cancel last']] },
  'llm-router jobs logs': { examples: [['llm-router jobs logs -f last']] },
  'llm-router jobs run': { examples: [['llm-router jobs run 01K9ZQ3V7M8KD4T2N6RWXE5Y7A']] },
  'llm-router stats': {
    note:
      'Days are UTC. `saved` compares the cost with what the same tokens would have cost on the model that the agent prefers, at catalogue ' +
      'prices. Unknown costs and tokens are counted separately and are in no sum.',
    examples: [
      ['llm-router stats', 'today'],
      ['llm-router stats --monthly', 'this month'],
      ['llm-router stats --weekly --since 60d', 'week by week'],
      ['llm-router stats --since 7d --by agent,model', 'cost of each agent by model'],
      [
        'llm-router stats --races --since 30d --by tool,model,task',
        'pass rate and cost per pass of candidates',
      ],
      ['llm-router stats --since 2026-11-01 --by day --format csv > usage.csv'],
    ],
  },
  'llm-router stats prune': { examples: [['llm-router stats prune --older-than 52w']] },
  'llm-router budget': {
    examples: [['llm-router budget'], ["llm-router budget --json | jq '.budgets[] | {scope, left_usd}'"]],
  },
  'llm-router audit': {
    examples: [
      ['llm-router audit --since 7d --agent reviewer'],
      ['llm-router audit show last'],
      ['llm-router audit --json | jq \'.[] | select(.audit_event == "budget_override")\''],
    ],
  },
  'llm-router audit show': { examples: [['llm-router audit show last']] },
  'llm-router ledger': {
    note: 'The ledger is a file of this user, or a PostgreSQL database that machines share: docs/teams.md has the set-up.',
    examples: [['llm-router ledger status'], ['llm-router ledger migrate --check']],
  },
  'llm-router ledger status': {
    note: 'Changes nothing. Exit codes: 0 runs can use it, 66 they cannot',
    examples: [
      ['llm-router ledger status'],
      ['LLM_ROUTER_LEDGER=postgres://ci@db/team llm-router ledger status', 'no config needed'],
      ["llm-router ledger status --json | jq '{bytes, pending}'"],
    ],
  },
  'llm-router ledger migrate': {
    note:
      'One process does it, also where several try at once. Routers of older versions cannot use the schema from then on. Exit codes: ' +
      '0 up to date, 1 with --check there is something to do, 66 it cannot be done',
    examples: [
      ['llm-router ledger migrate'],
      ['llm-router ledger migrate --check', 'says what would be done'],
    ],
  },
  'llm-router ledger import': {
    note:
      'Each run counts once, however often this is repeated, also after it was killed. Budgets count the runs on the days on which they were. ' +
      'Sums of days whose rows were removed stay where they are.',
    examples: [
      ['llm-router ledger import', 'what this user has spent so far'],
      ['llm-router ledger import /mnt/old-laptop/ledger.db'],
    ],
  },
  'llm-router serve': {
    note: 'Any address but one of this machine needs a token, in the variable that `server.token_env` names.',
    examples: [['llm-router serve'], ['LLM_ROUTER_TOKEN=... llm-router serve --host 0.0.0.0 --port 8080']],
  },
  'llm-router mcp': {
    examples: [
      ['llm-router mcp install claude-code', 'lets Claude Code start it'],
      ['llm-router mcp', 'as a client starts it'],
    ],
  },
  'llm-router mcp install': {
    examples: [
      ['llm-router mcp install', 'lists the clients, and which start this server'],
      ['llm-router mcp install claude-code'],
      ['llm-router mcp install codex --print'],
    ],
  },
  'llm-router mcp uninstall': { examples: [['llm-router mcp uninstall claude-code']] },
  'llm-router help': {
    examples: [['llm-router help exec'], ['llm-router help exit-codes'], ['llm-router help routing']],
  },
  'llm-router version': { examples: [['llm-router version --json']] },
};

function initExamples(name: string): Advice {
  return {
    examples: [
      [`llm-router ${name}`],
      [`llm-router ${name} --user`, 'for all projects'],
      [`llm-router ${name} --template ci -o ci.yaml`],
    ],
  };
}
