using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>What a manifest says about a database, as far as a reader needs it.</summary>
/// <param name="File">Path or URI, for errors.</param>
/// <param name="Version">1 or 2.</param>
/// <param name="Id">Its number.</param>
/// <param name="IsInitialized">False while a clone is being made.</param>
/// <param name="WriterEpoch">How often a writer opened the database.</param>
/// <param name="ReplayAfterWalId">Rows of log files with greater numbers may be in no table.</param>
/// <param name="LastWalId">The last log file when the manifest was written.</param>
/// <param name="LastTableSequence">Every row up to this sequence number is in tables, or was removed there.</param>
/// <param name="WalStore">Where log files lie when it is another store; empty otherwise.</param>
/// <param name="Trees">The tables: one tree for all keys, then one for each segment.</param>
sealed record SlateManifest(string File, int Version, ulong Id, bool IsInitialized, ulong WriterEpoch, ulong ReplayAfterWalId,
    ulong LastWalId, ulong LastTableSequence, string WalStore, IReadOnlyList<SlateTree> Trees)
{
    /// <summary>All tables, or parts of them.</summary>
    public IEnumerable<SlateView> Views => Trees.SelectMany(tree => tree.Levels).SelectMany(level => level);
}

/// <summary>Tables of the keys that start with a prefix.</summary>
/// <param name="Prefix">Empty for all keys.</param>
/// <param name="Levels">Newest first: of levels that have a key the first one settles it. The tables of a level ascend.</param>
sealed record SlateTree(byte[] Prefix, IReadOnlyList<IReadOnlyList<SlateView>> Levels);

/// <summary>A table, or the part of it that a clone sees.</summary>
/// <param name="Id">Names it in all manifests of the database.</param>
/// <param name="Table">The table.</param>
/// <param name="Visible">Which keys are seen.</param>
readonly record struct SlateView(string Id, SlateSst Table, KeyRange Visible)
{
    /// <summary>True when both show the same keys.</summary>
    public bool ShowsAs(SlateView other) => Visible.From.Span.SequenceEqual(other.Visible.From.Span)
        && Visible.End.HasValue == other.Visible.End.HasValue
        && Visible.End.GetValueOrDefault().Span.SequenceEqual(other.Visible.End.GetValueOrDefault().Span);
}

/// <summary>A table as a manifest names it.</summary>
/// <param name="Name">26 characters.</param>
/// <param name="Folder">Path of the other database it lies in; null for this one.</param>
/// <param name="Format">Its format version.</param>
/// <param name="Info">What its own end says as well.</param>
sealed record SlateSst(string Name, string? Folder, int Format, SlateTableInfo Info);
