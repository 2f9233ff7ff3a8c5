using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Jobs;
using ShardyFusion.Maintenance;
using ShardyFusion.ManifestStores;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;
using ShardyFusion.Routing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion;

/// <summary>One snapshot prefix: its builds, its history, its readers.</summary>
/// <remarks>Safe for concurrent callers. Readers stay usable after this object is disposed.</remarks>
public sealed class SnapshotStore : IAsyncDisposable
{
    readonly StoreContext context;
    readonly SharedStore shared;
    readonly ReaderOpener readers;
    readonly StoreHealth health;
    int disposed;

    internal SnapshotStore(IObjectStore store, TimeProvider? timeProvider = null)
    {
        context = new StoreContext(store, timeProvider ?? store.Clock);
        shared = new SharedStore(store);
        readers = new ReaderOpener(shared, context);
        health = new StoreHealth(context, readers);
    }

    /// <summary>Opens a prefix. Sends no request; whether it holds a snapshot shows at the first use.</summary>
    /// <param name="prefix"><c>s3://bucket/path</c>, <c>file:///dir</c> or a local path.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <param name="timeProvider">Clock for ages, leases and timestamps; null for the store's, as far as its answers show it.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what is wrong with the prefix or the
    /// connection.</exception>
    public static SnapshotStore Open(string prefix, StoreConnection? connection = null, TimeProvider? timeProvider = null) =>
        new(PrefixStores.Open(prefix, connection), timeProvider);

    /// <summary>The prefix as an absolute URI without a trailing slash.</summary>
    public string Prefix => context.Store.Root;

    /// <summary>Where it is and how it is reached, with the source of the credentials but no secret; for people.</summary>
    public string Description => context.Store.Description;

    /// <summary>Requests and bytes since it was opened, those of its readers included.</summary>
    public StoreCounters Counters => context.Store.Counters;

    /// <inheritdoc cref="SnapshotCatalog.DescribeAsync"/>
    public Task<SnapshotInfo> GetInfoAsync(SnapshotSelector selector, CancellationToken cancellationToken) =>
        Opened.Catalog.DescribeAsync(selector, cancellationToken);

    /// <inheritdoc cref="ShardEngines.DescribeAsync"/>
    public Task<SnapshotInfo> GetInfoAsync(SnapshotSelector selector, int mostShards, CancellationToken cancellationToken) =>
        new ShardEngines(Opened).DescribeAsync(selector, mostShards, cancellationToken);

    /// <inheritdoc cref="PrefixAccess.CheckAsync"/>
    public Task CheckAccessAsync(CancellationToken cancellationToken) => new PrefixAccess(Opened).CheckAsync(cancellationToken);

    /// <summary>Tries with temporary objects what a publishing store must be able to do, see <see cref="StoreProbe"/>.</summary>
    /// <exception cref="ShardyFusionException">The store cannot be reached at all.</exception>
    public Task<IReadOnlyList<StoreProbeResult>> ProbeAsync(CancellationToken cancellationToken) =>
        StoreProbe.RunAsync(Opened.Store, cancellationToken);

    /// <inheritdoc cref="PrefixAccess.HasSnapshotAsync"/>
    public Task<bool> HasSnapshotAsync(string? pointer, CancellationToken cancellationToken) =>
        new PrefixAccess(Opened).HasSnapshotAsync(pointer, cancellationToken);

    /// <inheritdoc cref="BuildRunner.StartAsync"/>
    public Task<SnapshotBuild> StartBuildAsync(BuildOptions options, IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken) => new BuildRunner(Opened).StartAsync(options, progress, cancellationToken);

    /// <inheritdoc cref="BuildRunner.RunAsync"/>
    public Task<BuildResult> BuildAsync(BuildOptions options, IReadOnlyList<InputFile> inputs, IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken) => new BuildRunner(Opened).RunAsync(options, inputs, progress, cancellationToken);

    /// <summary>Builds on this prefix that several processes share.</summary>
    public ShardBuildJobs Jobs => new(Opened);

    /// <inheritdoc cref="BuildPlanner.PlanAsync(BuildOptions, CancellationToken)"/>
    public Task<BuildPlan> PlanBuildAsync(BuildOptions options, CancellationToken cancellationToken) =>
        new BuildPlanner(Opened).PlanAsync(options, cancellationToken);

    /// <inheritdoc cref="BuildPlanner.PlanAsync(BuildOptions, IReadOnlyList{InputFile}, CancellationToken)"/>
    public Task<BuildPlan> PlanBuildAsync(BuildOptions options, IReadOnlyList<InputFile> inputs, CancellationToken cancellationToken) =>
        new BuildPlanner(Opened).PlanAsync(options, inputs, cancellationToken);

    internal Task<BuildPlan> PlanBuildAsync(BuildOptions options, RangeForecast? forecast, CancellationToken cancellationToken) =>
        new BuildPlanner(Opened).PlanAsync(options, forecast, cancellationToken);

    /// <inheritdoc cref="ShardFileFinder.FindAsync"/>
    public Task<ShardFiles> FindShardFilesAsync(string location, StoreConnection? connection, CancellationToken cancellationToken) =>
        new ShardFileFinder(Opened.Store).FindAsync(location, connection, cancellationToken);

    /// <inheritdoc cref="ReaderOpener.OpenAsync"/>
    public Task<SnapshotReader> OpenReaderAsync(ReaderOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return readers.OpenAsync(options, cancellationToken);
    }

    /// <inheritdoc cref="StoreHealth.CheckAsync"/>
    public Task<HealthReport> CheckHealthAsync(HealthOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return health.CheckAsync(options, cancellationToken);
    }

    /// <inheritdoc cref="SnapshotHistory.ListAsync(int?, CancellationToken)"/>
    public IAsyncEnumerable<HistoryEntry> GetHistoryAsync(int? first, CancellationToken cancellationToken) =>
        new SnapshotHistory(Opened).ListAsync(first, cancellationToken);

    /// <inheritdoc cref="SnapshotHistory.ListAsync(int?, DateTimeOffset?, CancellationToken)"/>
    public IAsyncEnumerable<HistoryEntry> GetHistoryAsync(int? first, DateTimeOffset? before, CancellationToken cancellationToken) =>
        new SnapshotHistory(Opened).ListAsync(first, before, cancellationToken);

    /// <inheritdoc cref="SnapshotHistory.GetCurrentAtAsync"/>
    public Task<HistoryEntry> GetCurrentAtAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
        new SnapshotHistory(Opened).GetCurrentAtAsync(at, cancellationToken);

    /// <inheritdoc cref="SnapshotWait.ForNewerAsync"/>
    internal Task<(SnapshotInfo Info, string? Warning)> WaitForNewerAsync(WaitOptions options, CancellationToken cancellationToken) =>
        new SnapshotWait(Opened).ForNewerAsync(options, cancellationToken);

    /// <inheritdoc cref="KeyHistory.FollowAsync"/>
    public IAsyncEnumerable<KeyVersion> GetKeyHistoryAsync(object key, int? first, CancellationToken cancellationToken) =>
        GetKeyHistoryAsync(key, null, first, cancellationToken);

    /// <inheritdoc cref="KeyHistory.FollowAsync"/>
    public IAsyncEnumerable<KeyVersion> GetKeyHistoryAsync(object key, RoutingContext? columns, int? first,
        CancellationToken cancellationToken) => new KeyHistory(Opened, readers).FollowAsync(key, columns, first, cancellationToken);

    /// <inheritdoc cref="PointerEvents.ListAsync"/>
    public IAsyncEnumerable<PointerEvent> GetEventsAsync(int? first, string? pointer, CancellationToken cancellationToken) =>
        new PointerEvents(Opened).ListAsync(first, pointer, cancellationToken);

    /// <inheritdoc cref="SnapshotPromotion.PlanAsync"/>
    public Task<PublishPlan> PlanPublishAsync(SnapshotSelector target, PublishRules rules, CancellationToken cancellationToken) =>
        new SnapshotPromotion(Opened).PlanAsync(target, rules, cancellationToken);

    /// <inheritdoc cref="SnapshotPromotion.PublishAsync"/>
    public Task<PublishResult> PublishAsync(PublishPlan plan, PublishRules rules, bool allowUnsafePointer,
        CancellationToken cancellationToken) =>
        new SnapshotPromotion(Opened).PublishAsync(plan, rules, allowUnsafePointer, cancellationToken);

    /// <inheritdoc cref="SnapshotRollback.PlanAsync"/>
    public Task<RollbackPlan> PlanRollbackAsync(SnapshotSelector target, CancellationToken cancellationToken) =>
        new SnapshotRollback(Opened).PlanAsync(target, cancellationToken);

    /// <inheritdoc cref="PointerUndo.PlanAsync"/>
    public Task<RollbackPlan> PlanUndoAsync(string? pointer, CancellationToken cancellationToken) =>
        new PointerUndo(Opened).PlanAsync(pointer, cancellationToken);

    /// <inheritdoc cref="SnapshotRollback.RunAsync"/>
    /// <param name="plan">From <see cref="PlanRollbackAsync"/> of the same prefix.</param>
    /// <param name="allowUnsafePointer">True writes even to a store that does not honour write conditions.</param>
    /// <param name="cancellationToken">Cancels the requests; once the write has started its outcome is unknown.</param>
    public Task<RollbackResult> RollbackAsync(RollbackPlan plan, bool allowUnsafePointer, CancellationToken cancellationToken) =>
        RollbackAsync(plan, new PointerChangeOptions { AllowUnsafePointer = allowUnsafePointer }, cancellationToken);

    /// <inheritdoc cref="SnapshotRollback.RunAsync"/>
    public Task<RollbackResult> RollbackAsync(RollbackPlan plan, PointerChangeOptions options, CancellationToken cancellationToken) =>
        new SnapshotRollback(Opened).RunAsync(plan, options, cancellationToken);

    /// <inheritdoc cref="FreezeControl.FreezeAsync"/>
    public Task<PublishingFreeze> FreezeAsync(string reason, DateTimeOffset? expiresAt, CancellationToken cancellationToken) =>
        new FreezeControl(Opened).FreezeAsync(reason, expiresAt, cancellationToken);

    /// <inheritdoc cref="FreezeControl.GetAsync"/>
    public Task<PublishingFreeze?> GetFreezeAsync(CancellationToken cancellationToken) =>
        new FreezeControl(Opened).GetAsync(cancellationToken);

    /// <inheritdoc cref="FreezeControl.LiftAsync"/>
    public Task<PublishingFreeze?> UnfreezeAsync(CancellationToken cancellationToken) =>
        new FreezeControl(Opened).LiftAsync(cancellationToken);

    /// <inheritdoc cref="StoreExpiry.AfterAsync"/>
    public Task<DateTimeOffset?> GetExpiryAsync(TimeSpan? expiresIn, CancellationToken cancellationToken) =>
        StoreExpiry.AfterAsync(Opened, expiresIn, cancellationToken);

    /// <inheritdoc cref="SnapshotTags.AddAsync"/>
    public Task<SnapshotTag> AddTagAsync(string tag, SnapshotSelector target, DateTimeOffset? expiresAt, string? note,
        CancellationToken cancellationToken) => new SnapshotTags(Opened).AddAsync(tag, target, expiresAt, note, cancellationToken);

    /// <inheritdoc cref="SnapshotTags.ListAsync"/>
    public IAsyncEnumerable<SnapshotTag> GetTagsAsync(CancellationToken cancellationToken) =>
        new SnapshotTags(Opened).ListAsync(cancellationToken);

    /// <inheritdoc cref="SnapshotTags.RemoveAsync"/>
    public Task<bool> RemoveTagAsync(string tag, CancellationToken cancellationToken) =>
        new SnapshotTags(Opened).RemoveAsync(tag, cancellationToken);

    /// <inheritdoc cref="SnapshotBlocks.AddAsync"/>
    public Task<SnapshotBlock> BlockAsync(SnapshotSelector target, string reason, CancellationToken cancellationToken) =>
        new SnapshotBlocks(Opened).AddAsync(target, reason, cancellationToken);

    /// <inheritdoc cref="SnapshotBlocks.RemoveAsync"/>
    public Task<bool> UnblockAsync(SnapshotSelector target, CancellationToken cancellationToken) =>
        new SnapshotBlocks(Opened).RemoveAsync(target, cancellationToken);

    /// <inheritdoc cref="RunControl.ListAsync"/>
    public IAsyncEnumerable<RunInfo> GetRunsAsync(string? runId, int? first, CancellationToken cancellationToken) =>
        Runs.ListAsync(runId, first, cancellationToken);

    /// <inheritdoc cref="RunControl.GetAsync"/>
    public Task<RunInfo> GetRunAsync(string runId, CancellationToken cancellationToken) => Runs.GetAsync(runId, cancellationToken);

    /// <inheritdoc cref="RunControl.StopAsync"/>
    public Task<RunStopResult> StopRunAsync(RunInfo run, string? reason, bool declareDead, CancellationToken cancellationToken) =>
        Runs.StopAsync(run, reason, declareDead, cancellationToken);

    /// <inheritdoc cref="SnapshotCleaner.PlanAsync"/>
    public Task<CleanupPlan> PlanCleanupAsync(CleanupPolicy policy, CancellationToken cancellationToken) =>
        new SnapshotCleaner(Opened).PlanAsync(policy, cancellationToken);

    /// <inheritdoc cref="SnapshotCleaner.GetUseAsync"/>
    public Task<StorageUse> GetStorageUseAsync(CleanupPolicy policy, CancellationToken cancellationToken) =>
        new SnapshotCleaner(Opened).GetUseAsync(policy, cancellationToken);

    /// <inheritdoc cref="SnapshotCleaner.RunAsync"/>
    public Task<CleanupResult> CleanUpAsync(CleanupPlan plan, bool isSaved, CancellationToken cancellationToken) =>
        new SnapshotCleaner(Opened).RunAsync(plan, isSaved, cancellationToken);

    /// <inheritdoc cref="SnapshotVerification.VerifyAsync"/>
    public Task<VerifyReport> VerifyAsync(VerifyOptions options, IProgress<ShardProgress>? progress, CancellationToken cancellationToken) =>
        SnapshotVerification.VerifyAsync(Opened, options, progress, cancellationToken);

    /// <inheritdoc cref="SnapshotComparer.CompareSnapshotsAsync"/>
    /// <param name="options">Which ones, and how closely.</param>
    /// <param name="fromStore">Where the earlier snapshot lies; null for this prefix.</param>
    /// <param name="differences">Takes the rows that differ, in batches, from several threads at once; within a batch in key order. Called
    /// for <see cref="CompareLevel.Rows"/> alone; null for nobody.</param>
    /// <param name="progress">Told after each group of shards, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public Task<SnapshotComparison> CompareAsync(
        CompareOptions options, SnapshotStore? fromStore, Func<IReadOnlyList<RowDifference>, CancellationToken, ValueTask>? differences,
        IProgress<ShardProgress>? progress, CancellationToken cancellationToken) => SnapshotComparer.CompareSnapshotsAsync(
            Opened, fromStore?.Opened, options, new CompareOutput(differences, progress), cancellationToken);

    /// <inheritdoc cref="SnapshotCopier.CopyAsync"/>
    public Task<CopyResult> CopyToAsync(SnapshotStore destination, CopyOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return new SnapshotCopier(Opened).CopyAsync(destination.Opened, options, progress, cancellationToken);
    }

    /// <inheritdoc cref="SnapshotExport.OpenAsync"/>
    public Task<SnapshotExport> OpenExportAsync(ExportOptions options, CancellationToken cancellationToken) =>
        SnapshotExport.OpenAsync(Opened, options, cancellationToken);

    /// <inheritdoc cref="SnapshotReporter.CreateAsync"/>
    public Task<SnapshotReport> CreateReportAsync(ReportOptions options, CancellationToken cancellationToken) =>
        new SnapshotReporter(Opened, health).CreateAsync(options, cancellationToken);

    /// <inheritdoc cref="SnapshotReporter.SaveAsync"/>
    public Task<SavedReport> SaveReportAsync(string path, ReportOptions options, bool overwrite, CancellationToken cancellationToken) =>
        new SnapshotReporter(Opened, health).SaveAsync(path, options, overwrite, cancellationToken);

    /// <summary>Lets go of the store; connections close when the last of its readers is closed too.</summary>
    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref disposed, 1) == 0 ? shared.ReleaseAsync() : ValueTask.CompletedTask;

    /// <summary>What operations work on, as long as it is open.</summary>
    StoreContext Opened
    {
        get
        {
            ThrowIfDisposed();
            return context;
        }
    }

    RunControl Runs => new(Opened.Store, context.Clock);

    void ThrowIfDisposed()
    {
        if (Volatile.Read(ref disposed) != 0)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"The store '{Prefix}' is closed.")
            {
                Target = Prefix,
                RecommendedAction = "Open the store again.",
            };
    }
}
