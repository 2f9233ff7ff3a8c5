using System.Globalization;
using ShardyFusion.Formats;

namespace ShardyFusion.Jobs;

/// <summary>Where the objects of a job lie: in the place of its run, so that they are protected, and cleaned up, as its shards
/// are.</summary>
static class JobPaths
{
    /// <summary>Largest record that is read, in bytes.</summary>
    public const int MaxRecordBytes = 64 << 20;

    /// <summary>Listing prefix of all of them: <c>shards/run_id=&lt;job&gt;/job/</c>.</summary>
    public static string Folder(string jobId) => $"{SnapshotPaths.RunShardsPrefix(jobId)}job/";

    /// <summary>What the job is to do.</summary>
    public static string Plan(string jobId) => Folder(jobId) + "plan.json";

    /// <summary>Which maps there are, where the plan could not know.</summary>
    public static string Seal(string jobId) => Folder(jobId) + "seal.json";

    /// <summary>Listing prefix of the records of maps and of their rows.</summary>
    public static string Maps(string jobId) => Folder(jobId) + "map=";

    /// <summary>Listing prefix of the records of shards.</summary>
    public static string Shards(string jobId) => Folder(jobId) + "shard=";

    /// <summary>What the winning attempt at a map did.</summary>
    public static string Map(string jobId, int map) => string.Create(CultureInfo.InvariantCulture, $"{Maps(jobId)}{map:D5}.json");

    /// <summary>The rows of one attempt at a map.</summary>
    public static string Rows(string jobId, int map, Guid attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Maps(jobId)}{map:D5}/{attempt:N}.rows");

    /// <summary>What the winning attempt at a shard wrote.</summary>
    public static string Shard(string jobId, int dbId) => string.Create(CultureInfo.InvariantCulture, $"{Shards(jobId)}{dbId:D5}.json");

    /// <summary>The number in the name of a record below <see cref="Maps"/> or <see cref="Shards"/>; null for any other key.</summary>
    public static int? NumberOf(string key, string below) =>
        key.StartsWith(below, StringComparison.Ordinal) && key.EndsWith(".json", StringComparison.Ordinal)
        && int.TryParse(key.AsSpan(below.Length, key.Length - below.Length - 5), NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : null;
}
