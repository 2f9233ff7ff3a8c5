using ShardyFusion.Errors;
using ShardyFusion.Snapshots.Reports;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>Gathers what a report shows. Writes nothing.</summary>
    /// <param name="options">What it covers.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A prefix without a snapshot, with a broken pointer or with damaged manifests has a report, too: that is when somebody needs one.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option; or the store's failure when not even
    /// the history can be listed.</exception>
    public async Task<SnapshotReport> CreateReportAsync(ReportOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var health = await CheckHealthAsync(options.Health, cancellationToken).ConfigureAwait(false);
        var history = new List<HistoryEntry>();
        await foreach (var entry in GetHistoryAsync(options.Limit + 1, cancellationToken).ConfigureAwait(false)) history.Add(entry);
        var (runs, runsProblem) = await TryListRunsAsync(options.Limit, cancellationToken).ConfigureAwait(false);
        return new SnapshotReport
        {
            Prefix = store.Root,
            CreatedAt = timeProvider.GetUtcNow(),
            Health = health,
            // By its ref: what health was about, also when the pointer has moved since.
            Snapshot = health.ManifestRef is null ? null : await GetInfoAsync(new SnapshotSelector { Ref = health.ManifestRef }, cancellationToken).ConfigureAwait(false),
            History = [.. history.Take(options.Limit)],
            HasOlder = history.Count > options.Limit,
            Runs = runs,
            RunsProblem = runsProblem,
        };
    }

    /// <summary>Saves a report as one HTML file, whole or not at all.</summary>
    /// <param name="path">The file, absolute; its folder must exist.</param>
    /// <param name="options">What it covers.</param>
    /// <param name="overwrite">True replaces a file that is there.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there already, or cannot be written; or as
    /// <see cref="CreateReportAsync"/>.</exception>
    public async Task<SavedReport> SaveReportAsync(string path, ReportOptions options, bool overwrite, CancellationToken cancellationToken)
    {
        ExportFile.RequireWritable(path, overwrite);
        var report = await CreateReportAsync(options, cancellationToken).ConfigureAwait(false);
        return new SavedReport(path, await ExportFile.WriteAsync(path, report.ToHtml(), overwrite, cancellationToken).ConfigureAwait(false), report);
    }

    // A reader's credential need not cover what builds leave behind.
    async Task<(IReadOnlyList<RunInfo>, string?)> TryListRunsAsync(int limit, CancellationToken cancellationToken)
    {
        var runs = new List<RunInfo>();
        try
        {
            await foreach (var run in GetRunsAsync(null, limit, cancellationToken).ConfigureAwait(false)) runs.Add(run);
            return (runs, null);
        }
        catch (ShardyFusionException denied) when (denied.Kind == ErrorKind.StorageDenied)
        {
            return (runs, denied.Message);
        }
    }
}
