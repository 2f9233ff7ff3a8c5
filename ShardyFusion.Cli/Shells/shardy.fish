# Completion of shardy in fish: shardy completion fish > ~/.config/fish/completions/shardy.fish
function __shardy_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    shardy complete -- $before[2..] "$word" 2>/dev/null
end
complete -c shardy -a '(__shardy_complete)'
