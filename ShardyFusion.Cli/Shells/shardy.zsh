#compdef shardy
# Completion of shardy in zsh. In ~/.zshrc, after compinit: source <(shardy completion zsh)
_shardy() {
  local -a choices
  choices=("${(@f)$(shardy complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${choices[1]}" ]]; then
    compadd -- "${choices[@]}"
  else
    _files
  fi
}
compdef _shardy shardy
