using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reporting;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Gathers what a report shows. Writes nothing.</summary>
    /// <param name="options">What it covers.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A prefix without a snapshot, with a broken pointer or with damaged manifests has a report, too: that is when somebody needs
    /// one.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option; or the store's failure
    /// when not even the history can be listed.</exception>
    public async Task<SnapshotReport> CreateReportAsync(ReportOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var health = await CheckHealthAsync(options.Health, cancellationToken).ConfigureAwait(false);
        var history = await ListAsync(GetHistoryAsync(options.Limit + 1, cancellationToken)).ConfigureAwait(false);
        var (runs, runsProblem) = await TryAsync(() => ListAsync(GetRunsAsync(null, options.Limit, cancellationToken)))
            .ConfigureAwait(false);
        var (events, _) = await TryAsync(() => ListAsync(GetEventsAsync(options.Limit, null, cancellationToken))).ConfigureAwait(false);
        var (freeze, _) = await TryAsync(() => GetFreezeAsync(cancellationToken)).ConfigureAwait(false);
        var (storage, storageProblem) = options.Cleanup is null ? (null, null)
            : await TryAsync(() => GetStorageUseAsync(options.Cleanup, cancellationToken)).ConfigureAwait(false);
        return new SnapshotReport
        {
            Prefix = store.Root,
            CreatedAt = timeProvider.GetUtcNow(),
            Health = health,
            // By its ref: what health was about, also when the pointer has moved since.
            Snapshot = health.ManifestRef is null ? null : await GetInfoAsync(new SnapshotSelector { Ref = health.ManifestRef },
                cancellationToken).ConfigureAwait(false),
            History = [.. history.Take(options.Limit)],
            HasOlder = history.Count > options.Limit,
            Runs = runs ?? [],
            RunsProblem = runsProblem,
            Events = events ?? [],
            Freeze = freeze,
            Storage = storage,
            StorageProblem = storageProblem,
        };
    }

    /// <summary>Saves a report as one HTML file, whole or not at all.</summary>
    /// <param name="path">The file, absolute; its folder must exist.</param>
    /// <param name="options">What it covers.</param>
    /// <param name="overwrite">True replaces a file that is there.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there already, or cannot be written;
    /// or as <see cref="CreateReportAsync"/>.</exception>
    public async Task<SavedReport> SaveReportAsync(string path, ReportOptions options, bool overwrite, CancellationToken cancellationToken)
    {
        OutputFile.RequireWritable(path, overwrite);
        var report = await CreateReportAsync(options, cancellationToken).ConfigureAwait(false);
        return new SavedReport(path, await OutputFile.WriteTextAsync(path, report.ToHtml(), overwrite, cancellationToken)
            .ConfigureAwait(false), report);
    }

    // A reader's credential need not cover what builds leave behind, and a damaged mark must not hide the rest.
    static async Task<(T? Found, string? Problem)> TryAsync<T>(Func<Task<T>> look)
    {
        try
        {
            return (await look().ConfigureAwait(false), null);
        }
        catch (ShardyFusionException failed) when (failed.Kind is ErrorKind.StorageDenied or ErrorKind.StorageArchived
            or ErrorKind.ManifestParse)
        {
            return (default, failed.Message);
        }
    }

    static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items.ConfigureAwait(false)) list.Add(item);
        return list;
    }
}
