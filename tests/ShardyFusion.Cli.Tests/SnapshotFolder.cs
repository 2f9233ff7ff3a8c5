namespace ShardyFusion.Cli.Tests;

/// <summary>A temporary folder with files of rows and a prefix in it.</summary>
public sealed class SnapshotFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("shardy-cli-").FullName;

    public string Prefix => Path.Combine(Root, "snap");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string Write(string name, string content)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, content);
        return path;
    }

    internal Task<ShardyProcess.Result> RunAsync(params string[] args) => ShardyProcess.RunAsync([.. args, "--prefix", Prefix]);

    /// <summary>Publishes rows 1..<paramref name="rows"/> with the values "<paramref name="word"/> 1", …</summary>
    internal async Task PublishAsync(string runId, string word, int rows = 100)
    {
        var path = Write($"{runId}.csv", "id,v\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{i},{word} {i}\n")));
        var result = await RunAsync("write", path, "--key", "id", "--value", "v", "--shards", "4", "--key-encoding", "u64be", "--run-id",
            runId);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    public IEnumerable<string> Files(string pattern) =>
        Directory.Exists(Prefix) ? Directory.EnumerateFiles(Prefix, pattern, SearchOption.AllDirectories).Order() : [];

    public string ManifestOf(string runId) => Assert.Single(Files("manifest"), f => f.Contains(runId, StringComparison.Ordinal));
}

/// <summary>Two snapshots, "one" and the current "two", for tests that change nothing.</summary>
public sealed class PublishedFolder : IAsyncLifetime
{
    public SnapshotFolder Folder { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Folder.PublishAsync("one", "first");
        await Folder.PublishAsync("two", "second");
    }

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
