using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Reporting;

/// <summary>Makes the reports on a prefix.</summary>
sealed class SnapshotReporter(StoreContext context, StoreHealth health)
{
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Gathers what a report shows. Writes nothing.</summary>
    /// <param name="options">What it covers.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A prefix without a snapshot, with a broken pointer or with damaged manifests has a report, too: that is when someone needs
    /// one.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option; or the store's failure
    /// when not even the history can be listed.</exception>
    public async Task<SnapshotReport> CreateAsync(ReportOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var state = await health.CheckAsync(options.Health, cancellationToken).ConfigureAwait(false);
        var history = await ListAsync(new SnapshotHistory(context).ListAsync(options.Limit + 1, cancellationToken)).ConfigureAwait(false);
        var control = new RunControl(store, clock);
        var (runs, runsProblem) = await TryAsync("runs", () => ListAsync(control.ListAsync(null, options.Limit, cancellationToken)))
            .ConfigureAwait(false);
        var (events, eventsProblem) = await TryAsync("events", () => ListAsync(new PointerEvents(context).ListAsync(options.Limit, null,
            cancellationToken))).ConfigureAwait(false);
        var (freeze, freezeProblem) = await TryAsync("a freeze", () => new FreezeControl(context).GetAsync(cancellationToken))
            .ConfigureAwait(false);
        var (storage, storageProblem) = options.Cleanup is null ? (null, null)
            : await TryAsync("storage", () => new SnapshotCleaner(context).GetUseAsync(options.Cleanup, cancellationToken))
            .ConfigureAwait(false);
        return new SnapshotReport
        {
            Prefix = store.Root,
            CreatedAt = clock.GetUtcNow(),
            Health = state,
            // By its ref: what health was about, also when the pointer has moved since.
            Snapshot = state.ManifestRef is not { } manifestRef ? null : await context.Catalog
                .DescribeAsync(new SnapshotSelector { Ref = manifestRef }, cancellationToken).ConfigureAwait(false),
            History = [.. history.Take(options.Limit)],
            HasOlder = history.Count > options.Limit,
            Runs = runs ?? [],
            RunsProblem = runsProblem,
            Events = events ?? [],
            EventsProblem = eventsProblem,
            Freeze = freeze,
            FreezeProblem = freezeProblem,
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
    /// or as <see cref="CreateAsync"/>.</exception>
    public async Task<SavedReport> SaveAsync(string path, ReportOptions options, bool overwrite, CancellationToken cancellationToken)
    {
        OutputFile.RequireWritable(path, overwrite);
        var report = await CreateAsync(options, cancellationToken).ConfigureAwait(false);
        return new SavedReport(path, await OutputFile.WriteTextAsync(path, report.ToHtml(), overwrite, cancellationToken)
            .ConfigureAwait(false), report);
    }

    // A reader's credential need not cover what builds leave behind, and a damaged annotation must not hide the rest.
    static async Task<(T? Found, string? Problem)> TryAsync<T>(string what, Func<Task<T>> look)
    {
        try
        {
            return (await look().ConfigureAwait(false), null);
        }
        catch (ShardyFusionException failed) when (failed.Kind is ErrorKind.StorageDenied or ErrorKind.StorageArchived
            or ErrorKind.ManifestParse)
        {
            return (default, $"The report does not tell of {what}: {failed.Message}");
        }
    }

    static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items.ConfigureAwait(false)) list.Add(item);
        return list;
    }
}
