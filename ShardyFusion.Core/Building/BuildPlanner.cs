using System.Globalization;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Placing;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>Says what builds on a prefix would do.</summary>
sealed class BuildPlanner(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Says what a build would do. Writes nothing.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option, or a failure of the
    /// store.</exception>
    public Task<BuildPlan> PlanAsync(BuildOptions options, CancellationToken cancellationToken) =>
        PlanAsync(options, [], cancellationToken);

    /// <summary>Says what a build of files would do. Writes nothing. Where rows are placed by ranges of keys the files are read, to tell
    /// how many rows each range gets.</summary>
    /// <exception cref="ShardyFusionException">As without them; <see cref="ErrorKind.InputInvalid"/>: a file that is read is not there, or
    /// has no such column.</exception>
    public async Task<BuildPlan> PlanAsync(BuildOptions options, IReadOnlyList<InputFile> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inputs);
        var forecast = inputs.Count == 0 ? null : RangeForecast.For(options);
        if (forecast is not null)
            foreach (var input in inputs) await forecast.AddFileAsync(input, cancellationToken).ConfigureAwait(false);
        return await PlanAsync(options, forecast, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As above.</summary>
    /// <param name="options">How to build.</param>
    /// <param name="forecast">Has seen the rows; null when nobody has.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    internal async Task<BuildPlan> PlanAsync(BuildOptions options, RangeForecast? forecast, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        try
        {
            var pointer = await catalog.ReadPointerAsync(SnapshotPaths.PointerKey(options.Rules.Pointer), cancellationToken)
                .ConfigureAwait(false);
            var holder = await BuildLock.PeekAsync(store, cancellationToken).ConfigureAwait(false);
            var live = holder is { State: { Released: false } state } && state.LeaseExpiresAt > clock.GetUtcNow() ? state.RunId
                : null;
            var current = pointer.Pointer?.RunId;
            var plan = Plan(options, current, live, forecast);
            return options.Publish && await new FreezeControl(context).GetAsync(cancellationToken).ConfigureAwait(false) is { } freeze
                ? plan with { Steps = [$"The build would fail: {freeze.Describe(store.Root)}", .. plan.Steps] } : plan;
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound && store.Capabilities.IsLocal)
        {
            var plan = Plan(options, null, null, forecast);
            return plan with { Steps = ["Create the prefix's folder.", .. plan.Steps] };
        }
    }

    BuildPlan Plan(BuildOptions options, string? current, string? live, RangeForecast? forecast)
    {
        var ranges = forecast?.Ranges() ?? [];
        return new BuildPlan(store.Root, options.RunId, current, live, [.. Steps(options, current, live, ranges)]) { Ranges = ranges };
    }

    static IEnumerable<string> Steps(BuildOptions options, string? current, string? live, IReadOnlyList<RangeShare> ranges)
    {
        if (live is not null)
            yield return options.AllowConcurrentBuild ? $"Build beside the live run '{live}'."
                : $"The build would fail: run '{live}' is active.";
        if (options.ShardFiles is { } files)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Read {ReadableText.Plural(files.Files.Count, "shard file")} of '{files.Location}' ({files.Bytes:N0} "
                    + $"bytes) to the last row.");
            yield return files.RunId is null ? "Copy them to their places below the prefix." : "Leave them where they lie.";
        }
        else
        {
            yield return $"Read the rows; keep the {(options.DuplicateKey == DuplicateKeyPolicy.First ? "first" : "last")} row of equal "
                + "keys"
                + (options.DuplicateKey == DuplicateKeyPolicy.Fail ? ", but fail on the first duplicate." : ".");
            foreach (var step in Shards(options)) yield return step;
            foreach (var share in RangeForecast.Describe(ranges)) yield return share;
        }
        var guards = options.Rules.AllGuards();
        if (guards.Count > 0)
            yield return $"Run {ReadableText.Plural(guards.Count, "guard")}: "
                + $"{string.Join(", ", guards.Select(guard => guard.Name))}.";
        yield return "Write a new manifest.";
        var pointer = options.Rules.Pointer is null ? "the pointer" : $"the pointer '{SnapshotPaths.PointerKey(options.Rules.Pointer)}'";
        if (!options.Publish) yield return "Leave the snapshot staged; the pointer stays where it is.";
        else yield return current is null ? $"Create {pointer}." : $"Move {pointer} from run '{current}' to the new run.";
        if (options.Publish && options.Rules.Probes().Count is var probes and > 0)
            yield return $"Read {ReadableText.Plural(probes, "key")} of it; move the pointer back if they are not as expected.";
    }

    static IEnumerable<string> Shards(BuildOptions options)
    {
        if (options.Sharding is not { } sharding)
        {
            yield return options.ShardCount is { } count ? $"Write {ReadableText.Plural(count, "shard")}, empty ones left out."
                : options.MaxKeysPerShard is { } most ? $"Write one shard for every {most} rows."
                : $"Write one shard for every {ReadableText.Bytes(options.TargetShardBytes)} of keys and values.";
            yield break;
        }
        var placement = RowPlacement.Of(options);
        foreach (var warning in placement.Warnings) yield return warning;
        yield return (sharding.Expression, sharding.Boundaries.Count, sharding.RangeCount) switch
        {
            ({ } expression, 0, _) => $"Write each row to the shard whose number the CEL expression gives: {expression}.",
            ({ } expression, var boundaries, _) =>
                $"Place each row by the value of the CEL expression in {ReadableText.Plural(boundaries + 1, "range")}: {expression}.",
            (_, _, { } wanted) => $"Cut the keys into {ReadableText.Plural(wanted, "range")} with about as many rows each.",
            _ => $"Place each row by its key in {ReadableText.Plural(sharding.Boundaries.Count + 1, "range")}.",
        };
        yield return placement.ShardCount is { } known ? $"Write {ReadableText.Plural(known, "shard")}, empty ones left out."
            : sharding.RangeCount is null ? "Fail unless every number from 0 to the largest has rows." : "Write a shard for each.";
    }
}
