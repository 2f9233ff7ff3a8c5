using System.Diagnostics;
using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>Outputs, users and file systems that are no plain ones.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PlaceCases : CaseFolder
{
    /// <summary>A user that no machine knows.</summary>
    const string Stranger = "12345";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static void RequireUnix() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes, links and users are those of Unix here.");

    async Task<ShardyProcess.Result> ShellAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder.Root,
        };
        start.Environment["SHARDY"] = ShardyProcess.Program;
        start.Environment["PREFIX"] = Folder.Prefix;
        using var process = Process.Start(start)!;
        return await ShardyProcess.FinishAsync(process);
    }

    /// <summary>As a user without a name, a home and variables: with root's rights taken away, else as whoever runs the tests.</summary>
    static string AsStranger() => Environment.UserName == "root" && File.Exists("/usr/bin/setpriv")
        ? $"setpriv --reuid={Stranger} --regid={Stranger} --clear-groups env -i"
        : "env -i";

    [Fact]
    public async Task Case35_BrokenPipe_EndsWithoutNoiseAndReplacesNothingButFiles()
    {
        RequireUnix();
        await Folder.PublishAsync("one", "first", rows: 20_000);
        var head = await ShellAsync("\"$SHARDY\" export - --format csv --prefix \"$PREFIX\" | head -1");
        Assert.Equal("key,value\n", head.Out);
        Assert.DoesNotContain("Unexpected", head.Error, StringComparison.Ordinal);

        var pipe = await ShellAsync("mkfifo pipe; cat pipe > got & \"$SHARDY\" export pipe --overwrite --format csv --prefix \"$PREFIX\"; "
            + "code=$?; wait; test -p pipe || echo replaced; wc -l < got; exit $code");
        Assert.Equal((0, "20001"), (pipe.ExitCode, pipe.Out.Split('\n')[^2].Trim()));
        Assert.DoesNotContain("replaced", pipe.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case36_UserWithoutNameHomeOrVariables_WritesAndReads()
    {
        RequireUnix();
        File.SetUnixFileMode(Folder.Root, (UnixFileMode)0b111_111_111);
        var rows = Folder.Write("rows.csv", "id,v\n1,a\n2,b\n");
        if ((await ShellAsync($"{AsStranger()} test -x \"$SHARDY\" -a -r '{rows}'")).ExitCode != 0)
            ServerScript.GiveUp("The program is built where other users cannot read it.");
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } set ? $"DOTNET_ROOT='{set}'" : "";
        foreach (var command in new[] { $"write '{rows}' --key id --value v --shards 2", "get 1", "history", "rollback --offset 0 --yes" })
        {
            var result = await ShellAsync($"{AsStranger()} {root} \"$SHARDY\" {command} --prefix \"$PREFIX\"");
            Assert.True(result.ExitCode == 0, result.ToString());
        }
        Assert.Equal("a", await GetAsync("1"));
    }

    [Fact]
    public async Task Case37_ReadOnlyPrefix_IsReadByEveryVerbAndStaysAsItIs()
    {
        RequireUnix();
        await Folder.PublishAsync("one", "first");
        await ShellAsync("chmod o+rx . && chmod -R a+rX,a-w \"$PREFIX\"");
        if ((await ShellAsync($"{AsStranger()} test -x \"$SHARDY\" -a ! -w \"$PREFIX\"")).ExitCode != 0)
            ServerScript.GiveUp("Only other users cannot write, and those cannot read the program.");
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } set ? $"DOTNET_ROOT='{set}'" : "";
        var before = Folder.Files("*").ToList();
        try
        {
            foreach (var verb in new[] { "get 1", "multiget 1 2", "info", "shards", "route 1", "history", "tags", "runs", "events",
                "health",
                "verify --level deep", "key-history 1", "export - --format csv", "warm" })
            {
                var result = await ShellAsync($"{AsStranger()} {root} \"$SHARDY\" {verb} --prefix \"$PREFIX\"");
                Assert.True(result.ExitCode == 0, $"{verb}: {result}");
            }
            var rows = Folder.Write("rows.csv", "id,v\n1,a\n");
            var refused = await ShellAsync($"{AsStranger()} {root} \"$SHARDY\" write '{rows}' --key id --shards 1 --prefix \"$PREFIX\"");
            Assert.Equal("StorageDenied", refused.ErrorJson.GetProperty("error_id").GetString());
            Assert.Equal(before, Folder.Files("*"));
        }
        finally
        {
            await ShellAsync("chmod -R u+w \"$PREFIX\"");
        }
    }

    [Theory]
    [InlineData("022", "644")]
    [InlineData("077", "600")]
    public async Task Case38_MetricsFile_IsRefusedBeforeTheBuildOrWrittenAsTheUmaskSays(string umask, string mode)
    {
        RequireUnix();
        var rows = Folder.Write("rows.csv", "id,v\n1,a\n");
        var refused = await Folder.RunAsync("write", rows, "--key", "id", "--shards", "1", "--metrics-file",
            Path.Combine(Folder.Root, "nowhere", "m.prom"));
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.False(Directory.Exists(Folder.Prefix));

        var written = await ShellAsync($"umask {umask}; \"$SHARDY\" write '{rows}' --key id --shards 1 --prefix \"$PREFIX\" "
            + "--metrics-file m.prom && stat -c %a m.prom");
        Assert.True(written.ExitCode == 0, written.ToString());
        Assert.Equal(mode, written.Out.TrimEnd().Split('\n')[^1]);
        Assert.Contains("shardyfusion_", await File.ReadAllTextAsync(Path.Combine(Folder.Root, "m.prom"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case66_RollbackAfterASecondBadVersion_PassesOverTheFirst()
    {
        foreach (var version in new[] { "v1", "v2" })
            await BuildAsync("66-rollback-bad-twice/in.csv", "--key", "id", "--value", "v", "--run-id", version);
        await MoveAsync("v1", "rollback", "--offset", "1", "--yes", "--reason", "v2 is bad");
        await BuildAsync("66-rollback-bad-twice/in.csv", "--key", "id", "--value", "v", "--run-id", "v3");
        var named = await Folder.RunAsync("rollback", "--run-id", "v2", "--dry-run");
        Assert.Contains("rolled back from", named.Out + named.Error, StringComparison.Ordinal);
        await MoveAsync("v1", "rollback", "--offset", "1", "--yes");
        Assert.Equal("1", await GetAsync("a"));
    }

    async Task MoveAsync(string to, params string[] command)
    {
        var moved = await Folder.RunAsync(command);
        Assert.True(moved.ExitCode == 0, moved.ToString());
        Assert.Equal(to, (await Folder.RunAsync("info")).Json.GetProperty("run_id").GetString());
    }
}
