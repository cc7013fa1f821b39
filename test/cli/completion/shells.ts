import { spawnSync } from 'node:child_process';
import type { Rig } from '../../rig/rig.js';

/** What a shell offers after this line, each as the shell would insert it. */
export type Offers = (rig: Rig, line: string) => Promise<string[]>;

export function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/** Fills in what readline hands to a completion function; splits words as the standard COMP_WORDBREAKS does. */
export const offersOfBash: Offers = async (rig, line) => {
  const script = `
eval "$(llm-router completion bash)"
COMP_LINE=$1 COMP_POINT=\${#1}
COMP_WORDS=() rest=$1
while [[ $rest =~ ^([^\\ =:]+|[=:]|\\ )(.*)$ ]]; do
  [[ \${BASH_REMATCH[1]} == ' ' ]] || COMP_WORDS+=("\${BASH_REMATCH[1]}")
  rest=\${BASH_REMATCH[2]}
done
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
$(complete -p llm-router | sed 's/.*-F \\([^ ]*\\) .*/\\1/') llm-router
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run(rig, ['bash', '--norc', '-c', script, 'bash', line]);
};

export const offersOfFish: Offers = async (rig, line) => {
  const script = 'llm-router completion fish | source; complete -C $argv[1]';
  const offers = await run(rig, ['fish', '--no-config', '-c', script, line]);
  return offers.map((offer) => offer.split('\t')[0] ?? '');
};

/** Types the line and a tab into a zsh on a pseudo terminal; the line as it is then. */
export const offersOfZsh: Offers = async (rig, line) => {
  const script = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= ; autoload -Uz compinit; compinit -D -u; source <(llm-router completion zsh)"
zpty -w shell "show() { print -r -- \\"<<\\$BUFFER>>\\" }; zle -N show; bindkey '^X' show; print READ''Y"
while zpty -r shell text; do [[ $text == *READY* ]] && break; done
zpty -w -n shell $1$'\\t\\x18'
while zpty -r shell text; do [[ $text == *'<<'*'>>'* ]] && break; done
text=\${text##*<<}
print -r -- "\${text%%>>*}"
zpty -d shell`;
  return run(rig, ['zsh', '-f', '-c', script, 'zsh', line]);
};

async function run(rig: Rig, argv: readonly string[]): Promise<string[]> {
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const env = { PATH: `${rig.bin}:/usr/bin:/bin`, TERM: 'dumb' };
  const { stdout, stderr } = await rig.shell(quoted, { env });
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').filter((word) => word !== '');
}
