using System.Diagnostics;

namespace ShardyFusion.Cli.Tests;

/// <summary>What shells complete, asked of the program and of the shells themselves; and the manual page.</summary>
public class CompletionCommandTests
{
    [Theory]
    [InlineData("rollback\nroute", "ro")]
    [InlineData("", "nothing-begins-so")]
    [InlineData("--max-keys-per-shard", "write", "--max-keys")]
    [InlineData("json\njsonl", "get", "1", "--output", "j")]
    [InlineData("last\nfirst\nfail\nany", "write", "--duplicate-key", "")]
    [InlineData("manifest\ncurrent-pointer", "schema", "--type", "")]
    public async Task Complete_Word_PrintsWhatItMayBecome(string choices, params string[] words)
    {
        var result = await ShardyProcess.RunAsync(["complete", "--", .. words]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(choices, result.Out.TrimEnd('\n'));
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Complete_FirstWord_IsEveryCommandOfTheHelp()
    {
        var choices = (await ShardyProcess.RunAsync("complete", "--", "")).Out.Split('\n');
        var help = (await ShardyProcess.RunAsync("--help")).Out;
        var commands = help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1)
            .Select(static line => line.Trim().Split(' ')[0]).Where(static name => name.Length > 0).ToList();
        Assert.True(commands.Count > 30, help);
        Assert.Empty(commands.Except(choices));
        Assert.DoesNotContain("complete", commands);
    }

    [Fact]
    public async Task Completion_OfAnUnknownShell_IsWrongUse() =>
        Assert.Equal(2, (await ShardyProcess.RunAsync("completion", "tcsh")).ExitCode);

    [Theory]
    [InlineData("bash", "eval \"$(shardy completion bash)\"; COMP_WORDS=(shardy write --dup); COMP_CWORD=2; _shardy; echo ${COMPREPLY[@]}")]
    [InlineData("zsh", "compdef() { :; }; compadd() { print -- ${@:2}; }; _files() { print files; }; source <(shardy completion zsh); "
        + "words=(shardy write --dup); CURRENT=3; _shardy")]
    [InlineData("fish", "shardy completion fish | source; complete -C 'shardy write --dup'")]
    public async Task Completion_Script_CompletesInItsShell(string shell, string script)
    {
        var start = new ProcessStartInfo(shell, ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(ShardyProcess.Program)}{Path.PathSeparator}{start.Environment["PATH"]}";
        Process? started = null;
        try
        {
            started = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{shell} is not installed. Install it to test the completion in it.");
        }
        using var process = started!;
        var result = await ShardyProcess.FinishAsync(process);
        Assert.Equal(("--duplicate-key", ""), (result.Out.Trim(), result.Error));
    }

    [Fact]
    public async Task Man_NamesEveryCommandAndWritesNoMacroByChance()
    {
        var page = (await ShardyProcess.RunAsync("man")).Out;
        foreach (var command in (await ShardyProcess.RunAsync("complete", "--", "")).Out.Split('\n')
            .Where(static word => word.Length > 0 && word[0] != '-'))
            Assert.Contains($"\n.SS {command.Replace("-", "\\-", StringComparison.Ordinal)}", page, StringComparison.Ordinal);
        Assert.Contains("\\fB\\-\\-duplicate\\-key <last|first|fail|any>\\fR", page, StringComparison.Ordinal);
        Assert.All(page.Split('\n').Where(static line => line.StartsWith('.')), static line =>
            Assert.Matches(@"^\.(TH|SH|SS|TP|B|I)\b", line));
        Assert.All(page, static c => Assert.InRange(c, '\n', '~'));
    }
}
