import type { Shell } from './shells.js';

/**
 * What a shell runs to complete command lines of `llm-router`. Each script asks the hidden command `complete`, which prints `files`,
 * `folders` or `choices` and then one choice a line. Own scripts, since those of packages either leave files out or need other packages of
 * the shell.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // Bash splits words at `=` and `:` too, and replaces only the last part: `complete` prints what follows the parts before.
  bash: `# bash completion for llm-router
_llm_router() {
  local kind line current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == [=:] ]] && current=
  COMPREPLY=()
  {
    IFS= read -r kind
    case $kind in
      files) compopt -o filenames 2>/dev/null; _llm_router_paths -f "$current" ;;
      folders) compopt -o filenames 2>/dev/null; _llm_router_paths -d "$current" ;;
      *) while IFS= read -r line; do COMPREPLY+=("$line"); done ;;
    esac
  } < <(llm-router complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$current" 2>/dev/null)
}
_llm_router_paths() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
}
complete -F _llm_router llm-router
`,
  zsh: `#compdef llm-router
_llm-router() {
  local kind
  local -a lines choices
  lines=("\${(@f)$(llm-router complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  kind=$lines[1]
  choices=("\${(@)lines[2,-1]}")
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $kind in
    files) _files ;;
    folders) _files -/ ;;
    *) [[ $PREFIX == *,* ]] && compset -P '*,'; (( $#choices )) && _describe 'llm-router' choices ;;
  esac
}
if [ "$funcstack[1]" = "_llm-router" ]; then _llm-router "$@"; else compdef _llm-router llm-router; fi
`,
  fish: `# fish completion for llm-router
function __llm_router_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (llm-router complete fish -- $words[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
        case folders
            __fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$current")
        case '*'
            printf '%s\\n' $lines[2..-1]
    end
end
complete -c llm-router -e
complete -c llm-router -f -a '(__llm_router_complete)'
`,
};
