namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>A prefix to build in from the inputs of tests/cases.</summary>
public abstract class CaseFolder : IDisposable
{
    static readonly string Cases = Path.Combine(RepositoryRoot(), "tests", "cases");

    public SnapshotFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static string CasesRoot => Cases;

    /// <summary>An input of a case, as <c>03-sep-line/in.csv</c>.</summary>
    protected static string Input(string name)
    {
        var path = Path.Combine(Cases, name.Replace('/', Path.DirectorySeparatorChar));
        Assert.True(Path.Exists(path), path);
        return path;
    }

    /// <summary>Builds a snapshot of an input of a case into one shard.</summary>
    internal Task<ShardyProcess.Result> WriteAsync(string name, params string[] args) =>
        Folder.RunAsync(["write", Input(name), "--shards", "1", .. args]);

    internal async Task<ShardyProcess.Result> BuildAsync(string name, params string[] args)
    {
        var result = await WriteAsync(name, args);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    /// <summary>The value of a key, as it is shown; null when it is not there.</summary>
    protected async Task<string?> GetAsync(string key)
    {
        var result = await ShardyProcess.RunAsync("get", "--prefix", Folder.Prefix, "--", key);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Json.GetProperty("found").GetBoolean() ? result.Json.GetProperty("value").ToString() : null;
    }

    /// <summary>Key and value of every row.</summary>
    protected async Task<string[]> RowsAsync()
    {
        var result = await Folder.RunAsync("export", "-");
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A refused build says why and what to do, and leaves nothing published.</summary>
    internal async Task<string> RefusedAsync(string name, string expected, params string[] args)
    {
        var result = await WriteAsync(name, args);
        Assert.True(result.ExitCode != 0, result.ToString());
        Assert.Empty(result.Out);
        var error = result.ErrorJson.GetProperty("error").GetString()!;
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Folder.RunAsync("info")).ExitCode);
        return result.ErrorJson.GetProperty("action").GetString()!;
    }

    /// <summary>The reasons in the reject file of a build that leaves bad rows out.</summary>
    internal async Task<(ShardyProcess.Result Result, string[] Reasons)> RejectedAsync(string name, params string[] args)
    {
        var rejects = Path.Combine(Folder.Root, $"{Guid.NewGuid():N}.jsonl");
        var result = await BuildAsync(name, [.. args, "--reject-file", rejects]);
        var lines = await File.ReadAllLinesAsync(rejects, TestContext.Current.CancellationToken);
        Assert.Equal(lines.Length, result.Json.GetProperty("rejected_rows").GetInt64());
        return (result, [.. lines.Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("reason").GetString()!)]);
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ShardyFusion.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
