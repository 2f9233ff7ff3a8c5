# Completion of shardy in bash. In ~/.bashrc: eval "$(shardy completion bash)"
_shardy() {
  mapfile -t COMPREPLY < <(shardy complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _shardy shardy
