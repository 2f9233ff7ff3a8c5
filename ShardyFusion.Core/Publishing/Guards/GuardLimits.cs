namespace ShardyFusion.Publishing.Guards;

/// <summary>The limits that a snapshot must keep to be published; null for a limit that does not matter. Immutable.</summary>
public sealed record GuardLimits
{
    /// <summary>Fewest rows. At least 0.</summary>
    public long? MinRows { get; init; }

    /// <summary>How many rows fewer than the current snapshot, or which share of it.</summary>
    public RowLimit? MaxDrop { get; init; }

    /// <summary>How many rows more than the current snapshot, or which share of it.</summary>
    public RowLimit? MaxGrowth { get; init; }

    /// <summary>How many rows of the input had a key that another one had, or which share of it.</summary>
    public RowLimit? MaxDuplicates { get; init; }

    /// <summary>How many times the rows of an average shard the largest one may have. At least 1.</summary>
    public double? MaxSkew { get; init; }

    /// <summary>How many values without a byte, or which share of the rows.</summary>
    public RowLimit? MaxEmptyValues { get; init; }

    /// <summary>Bytes of the largest value. At least 0.</summary>
    public long? MaxValueBytes { get; init; }

    /// <summary>How far smallest and largest key may move, in percent of the span between those of the current snapshot. At least
    /// 0.</summary>
    public double? MaxKeyRangeChange { get; init; }

    /// <summary>Every fault of these limits, each naming the limit; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (MinRows is < 0) faults.Add($"MinRows is {MinRows}; it must be at least 0.");
        if (MaxSkew is < 1 or double.NaN) faults.Add(FormattableString.Invariant($"MaxSkew is {MaxSkew}; it must be at least 1."));
        if (MaxValueBytes is < 0) faults.Add($"MaxValueBytes is {MaxValueBytes}; it must be at least 0.");
        if (MaxKeyRangeChange is < 0 or double.NaN)
            faults.Add(FormattableString.Invariant($"MaxKeyRangeChange is {MaxKeyRangeChange}; it must be at least 0."));
        return faults;
    }

    /// <summary>One guard for each limit that matters, in the order of the properties.</summary>
    public IEnumerable<IPublishGuard> ToGuards()
    {
        if (MinRows is { } fewest) yield return new MinRowsGuard(fewest);
        if (MaxDrop is { } drop) yield return new RowChangeGuard(drop, isGrowth: false);
        if (MaxGrowth is { } growth) yield return new RowChangeGuard(growth, isGrowth: true);
        if (MaxDuplicates is { } duplicates) yield return new DuplicatesGuard(duplicates);
        if (MaxSkew is { } skew) yield return new SkewGuard(skew);
        if (MaxEmptyValues is { } empty) yield return new EmptyValuesGuard(empty);
        if (MaxValueBytes is { } bytes) yield return new ValueSizeGuard(bytes);
        if (MaxKeyRangeChange is { } percent) yield return new KeyRangeGuard(percent);
    }
}
