/** Scripts that make a shell ask `longshorectl complete` for what may come next. */
export const completionScripts = {
  bash: `_longshorectl() {
  mapfile -t COMPREPLY < <(longshorectl complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _longshorectl longshorectl
`,
  zsh: `#compdef longshorectl
_longshorectl() {
  compadd -- \${(f)"$(longshorectl complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"}
}
# In a file of $fpath this is the function itself, called for the first time.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _longshorectl "$@"
else
  compdef _longshorectl longshorectl
fi
`,
  fish: `complete -c longshorectl -f -a '(longshorectl complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;
