using System.Diagnostics;

namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>Files of other kinds, odd places, damaged copies.</summary>
public sealed class FileCases : CaseFolder
{
    [Theory]
    [InlineData("40-compressed/one.csv.gz")]
    [InlineData("40-compressed/multi.csv.gz")]
    [InlineData("40-compressed/bgzip.csv.gz")]
    [InlineData("40-compressed/trailing-zeros.csv.gz")]
    [InlineData("40-compressed/b.csv.zst")]
    public async Task Case40_GzipAndZstandard_AreRead(string file)
    {
        await BuildAsync(file, "--key", "id", "--value", "v");
        Assert.Equal("a", await GetAsync("1"));
    }

    [Theory]
    [InlineData("40-compressed/a.csv.bz2", "bzip2")]
    [InlineData("40-compressed/a.csv.xz", "xz")]
    [InlineData("40-compressed/a.csv.zst", "Zstandard")]
    [InlineData("40-compressed/a.csv.zip", "zip archive")]
    [InlineData("40-compressed/truncated.csv.gz", "truncated gzip")]
    public async Task Case40_OtherCompression_IsNamed(string file, string name)
    {
        var advice = await RefusedAsync(file, name, "--key", "id", "--value", "v");
        Assert.DoesNotContain("skip such rows", advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("41-parquet/a.parquet", "Parquet")]
    [InlineData("41-parquet/a.avro", "Avro")]
    [InlineData("41-parquet/a.html", "HTML")]
    [InlineData("41-parquet/a.xlsx", "spreadsheet")]
    public async Task Case41_OtherFormats_AreNamed(string file, string name) => await RefusedAsync(file, name, "--key", "id");

    [Theory]
    [InlineData("../parquet/people.zstd.parquet", "auto", "id")]
    [InlineData("../parquet/spark35-events-by-day", "parquet", "day")]
    [InlineData("../parquet/spark35-events-by-day", "auto", "kind")]
    public async Task ParquetFilesAndFolders_AreRead(string input, string format, string value)
    {
        await BuildAsync(input, "--key", "id", "--value", value, "--format", format);
        var rows = await Folder.RunAsync("export", "-", "--format", "jsonl");
        Assert.Equal(120, rows.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Case45_PathsOfWindowsElsewhere_AreRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "C:\\ is a place there.");
        var rows = Folder.Write("rows.csv", "id,v\n1,a\n");
        foreach (var prefix in new[] { @"C:\data\snap", "c:/data/snap", @"\\server\share\snap" })
        {
            var result = await ShardyProcess.RunAsync("write", rows, "--key", "id", "--shards", "1", "--prefix", prefix);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains("Windows path", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.False(Path.Exists(prefix));
        }
        var input = await Folder.RunAsync("write", @"C:\data\rows.csv", "--key", "id");
        Assert.Contains("Windows path", input.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case45_TemporaryFileSystem_HoldsASnapshot()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no /dev/shm here.");
        var folder = Directory.CreateDirectory($"/dev/shm/shardy-{Guid.NewGuid():N}").FullName;
        try
        {
            var rows = Folder.Write("rows.csv", "id,v\n1,a\n");
            Assert.Equal(0, (await ShardyProcess.RunAsync("write", rows, "--key", "id", "--shards", "1", "--prefix",
                $"{folder}/a b%20#ü")).ExitCode);
            Assert.Equal(0, (await ShardyProcess.RunAsync("get", "1", "--strict", "--prefix", $"{folder}/a b%20#ü")).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Where folders ignore the case of names two run ids or keys that differ in case alone would meet; needs a mount that few
    /// machines allow.</summary>
    [Fact]
    public async Task Case46_FolderThatIgnoresCase_KeepsRunsApart()
    {
        var mount = Directory.CreateTempSubdirectory("shardy-casefold-").FullName;
        var image = Path.Combine(Folder.Root, "casefold.img");
        try
        {
            if (!OperatingSystem.IsLinux() || Run("sh", "-c",
                $"truncate -s 64M '{image}' && mkfs.ext4 -q -O casefold '{image}' && mount -o loop '{image}' '{mount}' && mkdir "
                    + $"'{mount}/f' && chattr +F '{mount}/f'") != 0)
                Assert.Skip(
                    "A file system that ignores case cannot be mounted here (needs mkfs.ext4, loop devices and the right to mount).");
            var rows = Folder.Write("rows.csv", "id,v\na,1\nA,2\n");
            foreach (var run in new[] { "run", "RUN" })
                Assert.Equal(0, (await ShardyProcess.RunAsync("write", rows, "--key", "id", "--value", "v", "--shards", "2", "--run-id",
                    run, "--prefix", $"{mount}/f/snap")).ExitCode);
            Assert.Equal(0, (await ShardyProcess.RunAsync("verify", "--level", "deep", "--prefix", $"{mount}/f/snap")).ExitCode);
        }
        finally
        {
            if (Directory.Exists(Path.Combine(mount, "f"))) Run("umount", mount);
            Directory.Delete(mount);
        }
    }

    [Fact]
    public async Task Case39_MovedPrefix_IsReadAndCleanedWhereItIs()
    {
        await Folder.PublishAsync("one", "first");
        await Folder.PublishAsync("two", "second");
        var moved = Path.Combine(Folder.Root, "moved");
        Directory.Move(Folder.Prefix, moved);
        var link = Path.Combine(Folder.Root, "link");
        Directory.CreateSymbolicLink(link, moved);
        foreach (var prefix in new[] { moved, link })
        {
            Assert.Equal(0, (await ShardyProcess.RunAsync("verify", "--level", "deep", "--prefix", prefix)).ExitCode);
            Assert.Equal(0, (await ShardyProcess.RunAsync("cleanup", "--yes", "--prefix", prefix)).ExitCode);
            Assert.Equal("second 7", (await ShardyProcess.RunAsync("get", "7", "--prefix", prefix)).Json.GetProperty("value").GetString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public async Task Case51_PointerGarbage_IsSaidAndNoAnswerIsGiven(string content)
    {
        await Folder.PublishAsync("one", "first");
        await File.WriteAllTextAsync(Path.Combine(Folder.Prefix, "_CURRENT"), content, TestContext.Current.CancellationToken);
        var result = await Folder.RunAsync("get", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.Equal("ManifestParse", result.ErrorJson.GetProperty("error_id").GetString());
    }

    [Theory]
    [InlineData("plain", 2)]
    [InlineData("snappy", 500)]
    [InlineData("zstd", 500)]
    public async Task Case67_ForeignTables_ThatAreSupportedAreTaken(string folder, int rows)
    {
        var result = await PublishAsync(folder);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(rows, result.Json.GetProperty("rows_written").GetInt32());
    }

    [Theory]
    [InlineData("delete", "deletions")]
    [InlineData("merge", "merge operands")]
    [InlineData("range", "range deletions")]
    [InlineData("bzip2", "BZip2")]
    [InlineData("live", "several versions")]
    public async Task Case67_ForeignTables_ThatAreWholeAreUnsupportedNotDamaged(string folder, string what)
    {
        var result = await PublishAsync(folder);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ShardUnsupported", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains(what, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("compact", result.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case67_TwoTablesOfOneShard_AreNamed()
    {
        var result = await PublishAsync("two");
        Assert.Equal("ShardAssignment", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("1.sst", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    Task<ShardyProcess.Result> PublishAsync(string folder) =>
        Folder.RunAsync("publish", "--shard-path", Input($"67-foreign-sst/{folder}"), "--shards", "1", "--key-encoding", "utf8",
            "--no-publish");

    static int Run(string program, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true
            })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 127;
        }
    }
}
