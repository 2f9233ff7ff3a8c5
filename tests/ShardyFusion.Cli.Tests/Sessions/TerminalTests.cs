using System.Diagnostics;
using System.Text;

namespace ShardyFusion.Cli.Tests.Sessions;

/// <summary>A session on a terminal, which script(1) makes.</summary>
public sealed class TerminalTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    readonly SnapshotFolder folder = published.Folder;

    [Fact]
    public async Task Session_OnATerminal_CompletesRemembersAndOutlivesCtrlC()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/script")) Assert.Skip("Needs script(1) of util-linux.");
        var token = TestContext.Current.CancellationToken;
        var home = Path.Combine(folder.Root, "home");
        // A shell that waits for the command would end with Ctrl+C's exit code, whatever the command's is; some do.
        var command = $"exec '{ShardyProcess.Program}' --prefix '{folder.Prefix}'";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qfec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["XDG_STATE_HOME"] = home;
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("SHARDYFUSION_PREFIX");
        using var process = Process.Start(start)!;
        var screen = new Screen(process);

        await screen.UntilAsync("shardy> ", token);
        await screen.TypeAsync("get 42\r", "second 42", token);
        // The prompt says what is read.
        await screen.UntilAsync("shardy [two]> ", token);
        await screen.TypeAsync("us\t", "use ", token);
        await screen.TypeAsync("--run-id o\t\r", "follows_pointer", token);
        await screen.UntilAsync("[one, in use]> ", token);
        await screen.TypeAsync("health --watch\r", "last build", token);
        await screen.TypeAsync("\u0003", "[one, in use]> ", token);
        await screen.TypeAsync("thrown away\u0003", "^C", token);
        // Up: health, get is three back.
        await screen.TypeAsync("\u001b[A\u001b[A\u001b[A\r", "first 42", token);
        await screen.UntilAsync("[one, in use]> ", token);
        await screen.TypeAsync("\u0004", null, token);
        await process.WaitForExitAsync(token);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(["get 42", "use --run-id one ", "health --watch", "get 42"],
            await File.ReadAllLinesAsync(Path.Combine(home, "shardy", "history"), token));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home, "shardy", "history")));
    }

    /// <summary>What the terminal shows, from behind what was looked for last.</summary>
    sealed class Screen(Process process)
    {
        readonly StringBuilder shown = new();

        public async Task TypeAsync(string keys, string? until, CancellationToken cancellationToken)
        {
            await process.StandardInput.WriteAsync(keys.AsMemory(), cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
            if (until is not null) await UntilAsync(until, cancellationToken);
        }

        public async Task UntilAsync(string text, CancellationToken cancellationToken)
        {
            var buffer = new char[4096];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            int found;
            while ((found = shown.ToString().IndexOf(text, StringComparison.Ordinal)) < 0)
            {
                int count;
                try
                {
                    count = await process.StandardOutput.ReadAsync(buffer, limit.Token);
                }
                catch (OperationCanceledException)
                {
                    count = 0;
                }
                if (count == 0) Assert.Fail($"'{text}' did not come; the terminal shows: {shown}");
                shown.Append(buffer, 0, count);
            }
            shown.Remove(0, found + text.Length);
        }
    }
}
