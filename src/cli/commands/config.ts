import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { addGlobalOptions, type Register } from '../register.js';
import type { InitOptions } from './config-init.js';
import type { ValidateOptions } from './config-validate.js';

type Add = (context: CommandContext, group: Command, register: Register) => void;

/** Registers `config` and everything below it. The code of each command is loaded when it runs. */
export function addConfig(context: CommandContext, program: Command, register: Register): void {
  const group = addGlobalOptions(program.command('config'))
    .helpCommand(false)
    .description('Check, show or write the configuration');
  for (const add of [addValidate, addInit, addShow, addSchema, addPath, addTrust, addDistrust, addMigrate])
    add(context, group, register);
}

const addValidate: Add = (context, group, register) => {
  const { command, action } = register(group, 'validate');
  command
    .description(
      'Check a config and list all problems with their places. Exit 1 if there is an error, 66 if a path cannot be read',
    )
    .argument(
      '[path...]',
      'files or folders, each a config of its own, files of one project together, - for stdin (default: the config that exec would use)',
    )
    .addOption(
      new Option('--format <format>', 'format of the findings')
        .choices(['text', 'json', 'github', 'sarif'])
        .default('text'),
    )
    .option('--json', 'short for --format json')
    .option('--strict', 'warnings fail too')
    .option(
      '--fix',
      'first apply the fixes that are certain to the files; everything else in them stays as it is',
    );
  action(async (paths: string[], options: ValidateOptions) => {
    const { runConfigValidate } = await import('./config-validate.js');
    return runConfigValidate(context, paths, options);
  });
};

/** `config init`, also as `init`. */
export const addInit: Add = (context, group, register) => {
  const { command, action } = register(group, 'init');
  command
    .description('Write llm-router.yaml with every tool that is ready as a fallback chain, and trust it')
    .option('--template <name>', 'write this example instead (see `llm-router template --list`)')
    .addOption(new Option('-o, --output <file>', 'write this file instead').conflicts('user'))
    .option(
      '--user',
      'write your own config, which holds for all projects: ~/.config/llm-router/llm-router.yaml',
    )
    .option('--force', 'overwrite an existing file');
  action(async (options: InitOptions) => {
    const { runConfigInit } = await import('./config-init.js');
    return runConfigInit(context, options);
  });
};

const addShow: Add = (context, group, register) => {
  const { command, action } = register(group, 'show');
  command
    .description('Show the resolved config: built-in values, files and variables merged, secrets masked')
    .argument('[key]', 'only this part: agents.reviewer, tools.codex.models')
    .option('--origin', 'show where each value comes from')
    .option('--json', 'print one JSON document');
  action(async (key: string | undefined, options: { origin?: boolean; json?: boolean }) => {
    const { runConfigShow } = await import('./config-show.js');
    return runConfigShow(context, key ?? null, options);
  });
};

const addSchema: Add = (context, group, register) => {
  const { command, action } = register(group, 'schema');
  command.description('Print the JSON Schema of a config, for editors');
  action(async () => {
    const { runConfigSchema } = await import('./config-schema.js');
    return runConfigSchema(context);
  });
};

const addPath: Add = (context, group, register) => {
  const { command, action } = register(group, 'path');
  command
    .description('Show which config files are used, and which places were searched')
    .option('--json', 'print one JSON document');
  action(async (options: { json?: boolean }) => {
    const { runConfigPath } = await import('./config-path.js');
    return runConfigPath(context, options);
  });
};

const addTrust: Add = (context, group, register) => {
  const { command, action } = register(group, 'trust');
  command
    .description("Trust this project's config: show what it would run, and allow it")
    .option('--show', 'only show what it would run and whether it is trusted; exit 1 if not');
  action(async (options: { show?: boolean }) => {
    const { runConfigTrust } = await import('./config-trust.js');
    return runConfigTrust(context, options);
  });
};

const addDistrust: Add = (context, group, register) => {
  const { command, action } = register(group, 'distrust');
  command.description("End the trust in the project's config: nothing in it runs until it is trusted again");
  action(async () => {
    const { runConfigDistrust } = await import('./config-distrust.js');
    return runConfigDistrust(context);
  });
};

const addMigrate: Add = (context, group, register) => {
  const { command, action } = register(group, 'migrate');
  command
    .description('Convert a config of lee-llm-router or llm-service in place; the old file is kept as .bak')
    .argument('<old>', 'the old file, or the folder of the old files')
    .option('--check', 'only check whether it must be converted: exit 1 if so')
    .option('--stdout', 'print the new config and write nothing');
  action(async (old: string, options: { check?: boolean; stdout?: boolean }) => {
    const { runConfigMigrate } = await import('./config-migrate.js');
    return runConfigMigrate(context, old, options);
  });
};
