using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Formats;
using ShardyFusion.Jobs;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Jobs;

/// <summary>A prefix for jobs, one for the local build that they must equal, and rows.</summary>
sealed class JobRig : IDisposable
{
    public static readonly BuildOptions Options = new()
    {
        ShardCount = 4,
        Parallelism = 2,
        LeaseDuration = TimeSpan.FromHours(1),
        KeyEncoding = KeyEncoding.U64BE,
    };

    readonly TempFolder folder = new();

    public JobRig()
    {
        Objects = ObjectStores.Open(folder["jobs"]);
        Store = new SnapshotStore(Objects, Clock);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ManualClock Clock { get; } = new();

    public IObjectStore Objects { get; }

    public SnapshotStore Store { get; }

    public ShardBuildJobs Jobs => Store.Jobs;

    public string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();

    /// <summary>Rows with duplicates, quotes and line breaks in fields.</summary>
    public string WriteCsv(string name = "rows.csv", int rows = 3000, int keys = 2000, int from = 0, bool withLineBreaks = true)
    {
        var text = new StringBuilder("id,name,text\n");
        for (var i = from; i < from + rows; i++)
        {
            var end = withLineBreaks && i % 3 == 0 ? '\n' : ' ';
            text.Append(CultureInfo.InvariantCulture, $"{i * 7919L % keys},\"n \"\"{i}\"\"\",\"a{end}{i}\"\n");
        }
        return Write(name, text.ToString());
    }

    public string WriteJson(string name = "rows.jsonl", int rows = 3000, int keys = 2000) => Write(name, string.Concat(
        Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{{\"id\": {i * 7919L % keys}, \"name\": \"n{i}\", \"region\": \"{"eu,us,ap".Split(',')[i % 3]}\"}}\n"))));

    public string Write(string name, string text)
    {
        File.WriteAllText(folder[name], text);
        return folder[name];
    }

    public static JobSource Files(int? maps, params string[] paths) => new() { Reading = Reading, Paths = paths, Maps = maps };

    public static InputFile Reading { get; } = new() { KeyField = "id" };

    /// <summary>Runs all of a job's tasks, one after the other.</summary>
    public async Task<JobCompletion> FinishAsync(JobInfo job, BuildOptions? options = null)
    {
        var given = options ?? new BuildOptions();
        for (var map = 0; map < job.Maps; map++) await Jobs.MapAsync(job.JobId, map, null, new JobWork { Options = given }, Token);
        await Jobs.ReduceAsync(job.JobId, [.. Enumerable.Range(0, job.Shards)], new JobWork { Options = given }, Token);
        return await Jobs.CompleteAsync(job.JobId, given, null, Token);
    }

    /// <summary>The hashes of the shards of a local build, by number.</summary>
    public async Task<Dictionary<int, string>> BuildLocallyAsync(BuildOptions options, InputFile reading, params string[] paths)
    {
        await using var store = SnapshotStore.Open(folder["local"]);
        var result = await store.BuildAsync(options with { RunId = null }, [.. paths.Select(path => reading with { Path = path })], null,
            Token);
        return result.Shards.ToDictionary(shard => shard.ShardId, shard => shard.Sha256);
    }

    /// <summary>The hashes of a job's shards, of the files themselves.</summary>
    public Dictionary<int, string> Hashes(JobCompletion done) => done.Build!.Shards.ToDictionary(shard => shard.ShardId, shard =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Directory.EnumerateFiles(Objects.LocalPath(
            SnapshotPaths.AttemptKey(done.JobId, shard.ShardId, shard.Attempt))!).Single()))));

    public static Stream Json(IEnumerable<int> keys, string text = "v") => new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(
        keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {key}, \"name\": \"{text}{key}\"}}\n")))));
}
