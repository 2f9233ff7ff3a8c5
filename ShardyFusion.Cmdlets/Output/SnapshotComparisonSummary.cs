using System.Globalization;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What comparing two snapshots found, in figures.</summary>
public sealed class SnapshotComparisonSummary
{
    internal SnapshotComparisonSummary(string prefix, SnapshotComparison comparison)
    {
        Prefix = prefix;
        From = comparison.From.RunId;
        FromRef = comparison.From.ManifestRef;
        To = comparison.To.RunId;
        ToRef = comparison.To.ManifestRef;
        Level = comparison.Level.ToString();
        RowsEqual = comparison.RowsEqual;
        Added = comparison.Added;
        Removed = comparison.Removed;
        Changed = comparison.Changed;
        RowChange = comparison.To.RowCount - comparison.From.RowCount;
        Fields = new([.. comparison.Fields.Select(field => new ManifestFieldChange(field))]);
        ShardGroups = comparison.Groups;
        ShardGroupsEqual = comparison.GroupsEqual;
        ShardGroupsCompared = comparison.GroupsCompared;
        RowsRead = comparison.RowsRead;
        DurationSec = Span.Seconds(comparison.Duration);
    }

    /// <summary>The prefix of the later snapshot.</summary>
    public string Prefix { get; }

    /// <summary>The run that built the earlier snapshot.</summary>
    public string From { get; }

    /// <summary>The earlier snapshot's manifest ref.</summary>
    public string FromRef { get; }

    /// <summary>The run that built the later snapshot.</summary>
    public string To { get; }

    /// <summary>The later snapshot's manifest ref.</summary>
    public string ToRef { get; }

    /// <summary>How closely they were compared.</summary>
    public string Level { get; }

    /// <summary>True when all rows are equal, false when some are not, null when nobody knows: only manifests or a sample were
    /// compared.</summary>
    public bool? RowsEqual { get; }

    /// <summary>Keys that only the later snapshot has; null when no rows were compared and hashes do not tell.</summary>
    public long? Added { get; }

    /// <summary>Keys that only the earlier snapshot has; null as <see cref="Added"/>.</summary>
    public long? Removed { get; }

    /// <summary>Keys with different values; null as <see cref="Added"/>.</summary>
    public long? Changed { get; }

    /// <summary>Rows of the later snapshot less those of the earlier one, by their manifests.</summary>
    public long RowChange { get; }

    /// <summary>What the manifests state differently.</summary>
    public Listed<ManifestFieldChange> Fields { get; }

    /// <summary>Groups of shards that can hold the same keys; with equal shard counts, each is one shard here and there.</summary>
    public int ShardGroups { get; }

    /// <summary>Groups whose hashes are equal, so that nothing was read.</summary>
    public int ShardGroupsEqual { get; }

    /// <summary>Groups whose rows were compared.</summary>
    public int ShardGroupsCompared { get; }

    /// <summary>Rows that were read on both sides together.</summary>
    public long RowsRead { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() =>
        $"{From} -> {To}: {Added} added, {Removed} removed, {Changed} changed; {ShardGroupsEqual} of {ShardGroups} shard groups "
            + "are equal by hash.";
}

/// <summary>One thing that two manifests state differently.</summary>
public sealed class ManifestFieldChange
{
    internal ManifestFieldChange(FieldDifference field) => (Name, From, To) = (field.Name, field.From, field.To);

    /// <summary>Name in the manifest; custom fields as <c>custom.name</c>.</summary>
    public string Name { get; }

    /// <summary>The earlier snapshot's value; null when it states none.</summary>
    public object? From { get; }

    /// <summary>The later snapshot's value; null when it states none.</summary>
    public object? To { get; }

    /// <summary>Name and both values.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {From} -> {To}");
}
