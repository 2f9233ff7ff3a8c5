using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Figures;
using ShardyFusion.Formats;

namespace ShardyFusion.Publishing.Guards;

/// <summary>Rows at all.</summary>
sealed class MinRowsGuard(long fewest) : IPublishGuard
{
    public string Name => "MinRows";

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) => Task.FromResult(new GuardResult(
        Name, context.Staged.RowCount >= fewest,
        $"{ReadableText.Plural(context.Staged.RowCount, "row")}; at least {ReadableText.Count(fewest)} are needed."));
}

/// <summary>Rows against the current snapshot.</summary>
sealed class RowChangeGuard(RowLimit limit, bool isGrowth) : IPublishGuard
{
    public string Name => isGrowth ? "MaxGrowth" : "MaxDrop";

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) => Task.FromResult(Check(context));

    GuardResult Check(GuardContext context)
    {
        if (context.Current is not { } current) return new GuardResult(Name, true, "There is no current snapshot to compare with.");
        var (now, before) = (context.Staged.RowCount, current.RowCount);
        var change = isGrowth ? now - before : before - now;
        return new GuardResult(Name, change <= 0 || limit.Allows(change, before),
            $"{ReadableText.Plural(now, "row")} after {ReadableText.Count(before)}, "
                + $"{ReadableText.Count(Math.Abs(change))}{ReadableText.ShareNote(Math.Abs(change), before)} "
                + $"{(now >= before ? "more" : "fewer")}; at most {limit} {(isGrowth ? "more" : "fewer")} allowed.");
    }
}

/// <summary>Rows of the input that another row replaced.</summary>
sealed class DuplicatesGuard(RowLimit limit) : IPublishGuard
{
    public string Name => "MaxDuplicates";

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) => Task.FromResult(
        context.Tally is not { } tally ? new GuardResult(Name, true, "Duplicates are counted by the build only.")
        : new GuardResult(Name, limit.Allows(tally.DuplicateRows, tally.RowsRead),
            $"{ReadableText.Count(tally.DuplicateRows)} of "
                + $"{ReadableText.Plural(tally.RowsRead, "row")}{ReadableText.ShareNote(tally.DuplicateRows, tally.RowsRead)} were "
                + $"duplicates; at most {limit} allowed."));
}

/// <summary>The largest shard against an average one.</summary>
sealed class SkewGuard(double limit) : IPublishGuard
{
    public string Name => "MaxSkew";

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Check(context.Staged));

    GuardResult Check(SnapshotInfo staged)
    {
        if (staged.Shards.MaxBy(shard => shard.RowCount) is not { RowCount: > 0 } largest)
            return new GuardResult(Name, true, "There are no rows.");
        var skew = largest.RowCount * (double)staged.ShardCount / staged.RowCount;
        return new GuardResult(Name, skew <= limit, string.Create(CultureInfo.InvariantCulture,
            $"Shard {largest.ShardId} has {ReadableText.Plural(largest.RowCount, "row")}, {skew:0.##} times an average shard; "
                + $"at most {limit:0.##} times allowed."));
    }
}

/// <summary>Values without a byte.</summary>
sealed class EmptyValuesGuard(RowLimit limit) : IPublishGuard
{
    public string Name => "MaxEmptyValues";

    public async Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken)
    {
        var empty = (await context.MeasureValuesAsync(cancellationToken).ConfigureAwait(false)).EmptyValues;
        return new GuardResult(Name, limit.Allows(empty, context.Staged.RowCount),
            $"{ReadableText.Count(empty)} of "
                + $"{ReadableText.Plural(context.Staged.RowCount, "row")}{ReadableText.ShareNote(empty, context.Staged.RowCount)} have an "
                + $"empty value; at most {limit} allowed.");
    }
}

/// <summary>The largest value.</summary>
sealed class ValueSizeGuard(long limitBytes) : IPublishGuard
{
    public string Name => "MaxValueSize";

    public async Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken)
    {
        var largest = (await context.MeasureValuesAsync(cancellationToken).ConfigureAwait(false)).LargestValueBytes;
        return new GuardResult(Name, largest <= limitBytes,
            $"The largest value has {ReadableText.Count(largest)} bytes; at most {ReadableText.Count(limitBytes)} allowed.");
    }
}
