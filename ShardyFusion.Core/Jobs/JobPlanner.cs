using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Placing;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Jobs.Slicing;
using ShardyFusion.ManifestStores;
using ShardyFusion.Routing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>Plans jobs: settles everything that all tasks must agree on, and begins the run.</summary>
sealed class JobPlanner(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <param name="given">How to build; what concerns publishing is given when the job is completed.</param>
    /// <param name="source">The rows.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what cannot be;
    /// <see cref="ErrorKind.InputInvalid"/>: a file is not there, or is no rows; <see cref="ErrorKind.BuildInProgress"/> naming the live
    /// run; or a failure of the store.</exception>
    public async Task<JobPlan> PlanAsync(BuildOptions given, JobSource source, CancellationToken cancellationToken)
    {
        source.ThrowIfInvalid();
        // Each task has a file of its own for bad rows.
        var options = given with { RejectPath = given.RejectPath ?? "rejects" };
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        RequirePlannable(options, source.Rows);
        InputFile[] files = [.. source.Paths.Select(path => source.Reading with { Path = path })];
        foreach (var file in files) file.RequireFile();
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        await StoreProbe.RequireConditionalWritesAsync(store, cancellationToken).ConfigureAwait(false);
        var placement = RowPlacement.Of(options);
        var values = new ValueEncoder(options.ValueEncoding ?? (files.Length > 0 ? null
            : FileRowSource.NaturalEncoding(source.Reading, source.Reading.ValueFields is [_])));
        var firstKey = files.Length > 0 ? await EncodingProbe.RunAsync(files, values, cancellationToken).ConfigureAwait(false)
            : (KeyEncoding?)null;
        var encoding = options.KeyEncoding ?? placement.KeyEncoding ?? firstKey ?? throw NoKeyEncoding();
        options = options with
        {
            KeyEncoding = encoding,
            ValueEncoding = values.Encoding,
            Sharding = await SettleAsync(options, encoding, files, cancellationToken).ConfigureAwait(false),
        };
        var slicer = new InputSlicer(TargetBytes(files, source.Maps));
        foreach (var file in files) await slicer.AddAsync(file, cancellationToken).ConfigureAwait(false);
        return await BeginAsync(options, source, slicer, cancellationToken).ConfigureAwait(false);
    }

    static long TargetBytes(InputFile[] files, int? maps)
    {
        if (maps is not { } wanted) return long.MaxValue;
        var bytes = files.Sum(file => new FileInfo(file.Path!).Length);
        return Math.Max(1, (bytes + wanted - 1) / wanted);
    }

    static void RequirePlannable(BuildOptions options, JobRows rows)
    {
        if (options.ResumeRunId is not null || options.ShardFiles is not null)
            throw Invalid("A job is planned for rows: neither shard files nor a run to resume fit.",
                "Resume a job with: shardy job resume.");
        if (options is { Sharding: null, ShardCount: null })
            throw Invalid("A job needs the number of its shards before its first row.", "Give the number of shards, or boundaries.");
        if (rows != JobRows.Files && options.DuplicateKey is DuplicateKeyPolicy.First or DuplicateKeyPolicy.Last)
            throw Invalid("Rows of an engine have no order that two attempts share, so neither the first nor the last of several "
                + "rows with one key can be kept.", "Let duplicates fail the job, or say that any of them will do.");
        if (rows != JobRows.Files && options.Sharding is { RangeCount: not null })
            throw Invalid("Ranges can be chosen only from files, which are read for that when the job is planned.", "Give the boundaries.");
    }

    static ShardyFusionException NoKeyEncoding() => Invalid(
        "How keys are stored must be said where an engine brings the rows: each map would find its own answer.", "Give the key encoding.");

    static ShardyFusionException Invalid(string message, string advice) => new(ErrorKind.ConfigValidation, message)
    {
        RecommendedAction = advice,
    };

    /// <summary>Makes ranges that are to be chosen given ones, from all keys; and refuses what only the last row could tell.</summary>
    static async Task<ShardingOptions?> SettleAsync(BuildOptions options, KeyEncoding encoding, InputFile[] files,
        CancellationToken cancellationToken)
    {
        if (options.Sharding is not { } sharding) return null;
        if (sharding.RangeCount is not null)
        {
            var forecast = RangeForecast.For(options with { KeyEncoding = encoding })!;
            foreach (var file in files) await forecast.AddFileAsync(file, cancellationToken).ConfigureAwait(false);
            object[] boundaries = [.. forecast.Ranges().Skip(1).Select(range => range.FirstKey!)];
            return boundaries.Length > 0 ? ShardingOptions.ByRanges(boundaries)
                : throw Invalid("The rows have too few different keys for several ranges.", "Give a number of shards instead.");
        }
        if (RowPlacement.Of(options).ShardCount is null)
            throw Invalid("The CEL expression gives shard numbers, and only the last row would tell how many there are.",
                "Give boundaries of the expression: then the number of shards is known before the first row.");
        return sharding;
    }

    async Task<JobPlan> BeginAsync(BuildOptions options, JobSource source, InputSlicer slicer, CancellationToken cancellationToken)
    {
        var jobId = options.RunId ?? Guid.NewGuid().ToString("N");
        if (store is IStoreMaintenance maintenance)
            await maintenance.CleanTempAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        var settings = new RunSettings(!options.AllowConcurrentBuild, options.LeaseDuration, options.HeartbeatInterval,
            options.StopPollInterval, options.Message is null ? null : SecretRedactor.Redact(options.Message));
        var run = await RunSession.StartAsync(store, jobId, settings, clock, cancellationToken).ConfigureAwait(false);
        await using var end = run.ConfigureAwait(false);
        try
        {
            if (options.RunId is not null) await BuildStarter.RefuseUsedRunIdAsync(store, jobId, cancellationToken).ConfigureAwait(false);
            var plan = Compose(options, source, slicer, jobId, run.RecordKey);
            await new JobDocuments(store, jobId).CreateAsync(JobPaths.Plan(jobId), plan, JobJson.Default.JobPlan, cancellationToken)
                .ConfigureAwait(false);
            await run.LeaveAsync(cancellationToken).ConfigureAwait(false);
            return plan;
        }
        catch (Exception e)
        {
            await BuildEnding.AbortStartAsync(run, e, store, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    JobPlan Compose(BuildOptions options, JobSource source, InputSlicer slicer, string jobId, string recordKey) => new()
    {
        JobId = jobId,
        RunRecord = recordKey,
        CreatedAt = SnapshotTime.ToMicroseconds(clock.GetUtcNow()),
        Rows = source.Rows,
        Maps = source.Rows switch { JobRows.Files => slicer.Slices.Count, JobRows.Engine => null, _ => 0 },
        Shards = RowPlacement.Of(options).ShardCount!.Value,
        Exclusive = !options.AllowConcurrentBuild,
        LeaseSeconds = options.LeaseDuration.TotalSeconds,
        Input = JobInput.Of(source.Reading),
        Files = slicer.Files,
        Slices = slicer.Slices,
        Sharding = options.Sharding is { } sharding ? JobSharding.Of(sharding) : null,
        KeyEncoding = options.KeyEncoding!.Value,
        ValueEncoding = options.ValueEncoding!.Value,
        DuplicateKey = options.DuplicateKey,
        OnRowError = options.OnRowError,
        MaxRowErrors = options.MaxRowErrors,
        Shape = options.Shard,
        ShardFormat = options.ShardFormat,
    };
}
