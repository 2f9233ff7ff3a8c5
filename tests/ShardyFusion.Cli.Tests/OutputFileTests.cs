using System.Diagnostics;
using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>Files that commands write where something is already: nothing but a regular file is ever replaced, and what cannot be written
/// is told before the work.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OutputFileTests : IClassFixture<PublishedFolder>, IDisposable
{
    readonly SnapshotFolder folder;
    readonly SnapshotFolder files = new();

    public OutputFileTests(PublishedFolder published) => folder = published.Folder;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string PathOf(string name) => Path.Combine(files.Root, name);

    public void Dispose() => files.Dispose();

    /// <summary>Every way to name a file that is written, and what the file then holds.</summary>
    public static TheoryData<string, string> Writers() => new()
    {
        { "export FILE --overwrite --format csv", "first 1\n" },
        { "get 1 --metrics-file FILE", "shardyfusion_reader_gets_total" },
        { "report FILE --overwrite", "</html>" },
        { "cleanup --dry-run --save-plan FILE", "\"format_version\": 1" },
        { "measure --rows 50 --shards 1 --cold-gets 1 --warm-gets 1 --refreshes 1 --batch-size 1 --threads 1 --chart FILE", "</svg>" },
    };

    async Task<ShardyProcess.Result> RunAsync(string command, string file) =>
        await folder.RunAsync([.. command.Split(' ').Select(word => word == "FILE" ? file : word),
            .. command.StartsWith("export", StringComparison.Ordinal) ? new[] { "--run-id", "one" } : []]);

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Write_ThroughALink_LinkStaysAndItsTargetKeepsItsMode(string command, string expected)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Links need a privilege on Windows.");
        await File.WriteAllTextAsync(PathOf("target"), "before", Token);
        File.SetUnixFileMode(PathOf("target"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(PathOf("step"), "target");
        File.CreateSymbolicLink(PathOf("link"), PathOf("step"));
        var result = await RunAsync(command, PathOf("link"));
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(PathOf("step"), new FileInfo(PathOf("link")).LinkTarget);
        Assert.Contains(expected, await File.ReadAllTextAsync(PathOf("target"), Token), StringComparison.Ordinal);
        Assert.Equal("rw-rw----", Text(File.GetUnixFileMode(PathOf("target"))));
        Assert.Equal(["link", "step", "target"], Directory.GetFiles(files.Root).Select(Path.GetFileName).Order());

        // A link to nothing yet: the file appears where it points, as the umask says.
        File.Delete(PathOf("target"));
        Assert.Equal(0, (await RunAsync(command, PathOf("link"))).ExitCode);
        Assert.Equal(PathOf("step"), new FileInfo(PathOf("link")).LinkTarget);
        Assert.Equal("rw-r--r--", Text(File.GetUnixFileMode(PathOf("target"))));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Write_ToAFifo_ItsReaderGetsTheBytes(string command, string expected)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no FIFOs in Windows' file systems.");
        await ToolAsync("mkfifo", PathOf("fifo"));
        using var reader = Process.Start(new ProcessStartInfo("cat", [PathOf("fifo")]) { RedirectStandardOutput = true })!;
        var read = reader.StandardOutput.ReadToEndAsync(Token);
        var result = await RunAsync(command, PathOf("fifo"));
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(expected, await read, StringComparison.Ordinal);
        await ToolAsync("test", "-p", PathOf("fifo"));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Write_ToADevice_DeviceStays(string command, string expected)
    {
        Assert.NotEmpty(expected);
        // A null device of our own: the system's must not be at stake.
        if (!OperatingSystem.IsLinux() || !await TryToolAsync("mknod", PathOf("null"), "c", "1", "3"))
            ServerScript.GiveUp("Could not make a device: this test needs Linux and root.");
        if (!await TryToolAsync("sh", "-c", $"echo x > '{PathOf("null")}'"))
            Assert.Skip("The temporary folder's file system takes no devices (mounted nodev).");
        var result = await RunAsync(command, PathOf("null"));
        Assert.True(result.ExitCode == 0, result.ToString());
        await ToolAsync("test", "-c", PathOf("null"));
        Assert.Single(Directory.GetFiles(files.Root));
    }

    [Fact]
    public async Task Write_RejectedRowsThroughALinkAndAFifo_BothStay()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no FIFOs in Windows' file systems.");
        var input = files.Write("in.csv", "id,v\n1,a\n,b\n");
        await File.WriteAllTextAsync(PathOf("target"), "before", Token);
        File.CreateSymbolicLink(PathOf("link"), PathOf("target"));
        await ToolAsync("mkfifo", PathOf("fifo"));
        using var reader = Process.Start(new ProcessStartInfo("cat", [PathOf("fifo")]) { RedirectStandardOutput = true })!;
        var read = reader.StandardOutput.ReadToEndAsync(Token);
        foreach (var name in new[] { "link", "fifo" })
        {
            var result = await files.RunAsync("write", input, "--key", "id", "--shards", "1", "--on-row-error", "reject", "--reject-file",
                PathOf(name));
            Assert.True(result.ExitCode == 0, result.ToString());
        }
        Assert.Contains("\"row\":2", await File.ReadAllTextAsync(PathOf("target"), Token), StringComparison.Ordinal);
        Assert.Contains("\"row\":2", await read, StringComparison.Ordinal);
        Assert.Equal(PathOf("target"), new FileInfo(PathOf("link")).LinkTarget);
        await ToolAsync("test", "-p", PathOf("fifo"));
    }

    [Fact]
    public async Task Write_WhereNothingCanBe_IsRefusedBeforeTheWork()
    {
        var input = files.Write("in.csv", "id,v\n1,a\n");
        foreach (var place in new[] { Path.Combine(PathOf("nowhere"), "x"), files.Root, Path.Combine(input, "x") })
        {
            var written = await files.RunAsync("write", input, "--key", "id", "--shards", "1", "--metrics-file", place);
            Assert.True(written.ExitCode == 2, written.ToString());
            Assert.False(Directory.Exists(files.Prefix));
            foreach (var row in Writers())
            {
                var result = await RunAsync(row.Data.Item1, place);
                Assert.True(result.ExitCode == 2, result.ToString());
                Assert.Contains("cannot be written", result.Error, StringComparison.Ordinal);
                Assert.Empty(result.Out);
            }
        }
        Assert.DoesNotContain(folder.Files("*"), static f => f.Contains(".measure", StringComparison.Ordinal));
        Assert.Equal(["in.csv"], Directory.GetFiles(files.Root).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("022", "rw-r--r--")]
    [InlineData("077", "rw-------")]
    [InlineData("002", "rw-rw-r--")]
    public async Task Write_NewFile_HasTheModeThatTheUmaskSays(string umask, string expected)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no umask.");
        await ToolAsync("sh", "-c",
            $"umask {umask}; exec '{ShardyProcess.Program}' get 1 --prefix '{folder.Prefix}' --metrics-file '{PathOf("m.prom")}'");
        Assert.Equal(expected, Text(File.GetUnixFileMode(PathOf("m.prom"))));
    }

    static string Text(UnixFileMode mode) =>
        string.Concat("rwxrwxrwx".Select((letter, at) => ((int)mode & (1 << (8 - at))) != 0 ? letter : '-'));

    static async Task ToolAsync(params string[] command) => Assert.True(await TryToolAsync(command), string.Join(' ', command));

    static async Task<bool> TryToolAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        })!;
        await process.WaitForExitAsync(Token);
        return process.ExitCode == 0;
    }
}
