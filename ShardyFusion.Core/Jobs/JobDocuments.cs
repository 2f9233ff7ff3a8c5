using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>The documents of one job: each is created once and never changed. Safe for concurrent callers.</summary>
sealed class JobDocuments(IObjectStore store, string jobId)
{
    /// <summary>Documents loaded ahead of the consumer.</summary>
    const int ReadAheadCount = 16;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.RunNotFound"/>: there is no such job.</exception>
    public async Task<JobPlan> LoadPlanAsync(CancellationToken cancellationToken) =>
        await FindPlanAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new ShardyFusionException(ErrorKind.RunNotFound, $"'{store.Root}' has no job '{jobId}'.")
        {
            Target = jobId,
            RecommendedAction = "Check the prefix and the job's name, which 'job plan' gave.",
        };

    public Task<JobPlan?> FindPlanAsync(CancellationToken cancellationToken) =>
        LoadAsync(JobPaths.Plan(jobId), JobJson.Default.JobPlan, cancellationToken);

    public Task<JobSeal?> FindSealAsync(CancellationToken cancellationToken) =>
        LoadAsync(JobPaths.Seal(jobId), JobJson.Default.JobSeal, cancellationToken);

    public Task<MapRecord?> FindMapAsync(int map, CancellationToken cancellationToken) =>
        LoadAsync(JobPaths.Map(jobId, map), JobJson.Default.MapRecord, cancellationToken);

    public Task<ShardRecord?> FindShardAsync(int dbId, CancellationToken cancellationToken) =>
        LoadAsync(JobPaths.Shard(jobId, dbId), JobJson.Default.ShardRecord, cancellationToken);

    /// <summary>Creates a document.</summary>
    /// <returns>False when another is there already.</returns>
    public async Task<bool> CreateAsync<T>(string key, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await store.PutAsync(key, ContentCheck.OfJson.Seal(ContentCheck.OfJson.AddTo(JsonSerializer.SerializeToUtf8Bytes(document, type))),
            new PutOptions(PutCondition.CreateOnly, "application/json"), cancellationToken).ConfigureAwait(false)).Written;

    /// <summary>The numbers of all records below a prefix, ascending. Lists names only.</summary>
    public async Task<IReadOnlyList<int>> ListAsync(string below, CancellationToken cancellationToken)
    {
        var found = new List<int>();
        await foreach (var entry in store.ListAsync(below, "/", cancellationToken).ConfigureAwait(false))
            if (!entry.IsPrefix && JobPaths.NumberOf(entry.Key, below) is { } number) found.Add(number);
        found.Sort();
        return found;
    }

    /// <summary>All of several records, in their order.</summary>
    /// <param name="count">Records, numbered from 0.</param>
    /// <param name="load">Loads one.</param>
    /// <param name="missing">Makes the error from the numbers of those that are not there.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public static async Task<IReadOnlyList<T>> LoadAllAsync<T>(int count, Func<int, CancellationToken, Task<T?>> load,
        Func<IReadOnlyList<int>, ShardyFusionException> missing, CancellationToken cancellationToken) where T : class
    {
        var records = new List<T?>(count);
        await foreach (var record in ReadAhead.InOrderAsync(Enumerable.Range(0, count), load, ReadAheadCount, cancellationToken)
            .ConfigureAwait(false)) records.Add(record);
        int[] absent = [.. Enumerable.Range(0, count).Where(number => records[number] is null)];
        return absent.Length == 0 ? [.. records.OfType<T>()] : throw missing(absent);
    }

    async Task<T?> LoadAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        if (await store.GetAsync(key, JobPaths.MaxRecordBytes, cancellationToken).ConfigureAwait(false) is not { } found) return null;
        try
        {
            ContentCheck.OfJson.Verify(found.Content.Span, new DocumentFaults("job record", key), out _);
            return JsonSerializer.Deserialize(found.Content.Span, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new ShardyFusionException(ErrorKind.ManifestParse, $"The job's record '{key}' is malformed: {e.Message}", e)
            {
                Target = key,
                RecommendedAction = "Delete that object and run its task again.",
            };
        }
    }
}
