import { spawnSync } from 'node:child_process';
import { it } from '@jest/globals';

/** `script` of util-linux gives a command a real terminal; Debian has it in every install, macOS has another one. */
const hasScript = spawnSync('/usr/bin/script', ['--version']).stdout?.includes('util-linux') === true;
/** A test that needs one. */
export const onTerminal = hasScript ? it : it.skip;
if (!hasScript) process.stderr.write('SKIPPED: the tests of a real terminal need `script` of util-linux\n');

/** A tool that takes its time. */
export const SLOW = `version: 1
default_agent: me
agents: { me: { preferred_tool: slow } }
tools: { slow: { kind: mock, responses: [{ text: x, deltas: ["one ", "two\\n"], delay: 1500ms }] } }
`;

/** Runs a command line on a terminal of 80 columns and gives what the terminal shows, control sequences included. */
export const typed = (line: string): string => `/usr/bin/script -qec "${line}" /dev/null < /dev/null`;
