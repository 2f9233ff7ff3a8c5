using System.Management.Automation;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>An open reader of one snapshot, to be used by any number of runspaces at once.</summary>
/// <remarks>The figures are those of the snapshot that is read when they are asked for.</remarks>
public sealed class ShardReader : IDisposable
{
    readonly SnapshotStore store;

    internal ShardReader(SnapshotStore store, SnapshotReader reader)
    {
        this.store = store;
        Reader = reader;
        OpenedAt = UtcTime.Of(DateTimeOffset.UtcNow);
    }

    internal SnapshotReader Reader { get; }

    /// <summary>The prefix.</summary>
    public string Prefix => Reader.Prefix;

    /// <summary>The snapshot that is read; after closing, the one that was read last.</summary>
    public string RunId => Reader.Info.RunId;

    /// <summary>Its manifest ref.</summary>
    public string ManifestRef => Reader.Info.ManifestRef;

    /// <summary>When its manifest was created, UTC.</summary>
    public PSObject PublishedAt => UtcTime.Of(Reader.Info.CreatedAt);

    /// <summary>Rows.</summary>
    public long RowCount => Reader.Info.RowCount;

    /// <summary>Number of shards, empty ones included.</summary>
    public int ShardCount => Reader.Info.ShardCount;

    /// <summary>Shards that are open now.</summary>
    public int OpenShardCount => Reader.OpenShardCount;

    /// <summary>How shards are read.</summary>
    public string Mode => Reader.Mode.ToString();

    /// <summary>True when <c>Update-ShardReader</c> leaves it where it is, because a snapshot was chosen.</summary>
    public bool IsPinned => Reader.IsPinned;

    /// <summary>Why an older snapshot is read instead of the current one; null when the right one is read.</summary>
    public string? FallbackReason => Reader.FallbackReason;

    /// <summary>When it was opened, UTC.</summary>
    public PSObject OpenedAt { get; }

    /// <summary>What <c>Initialize-ShardReader</c> did last; null when it did nothing yet.</summary>
    public ShardWarmUp? WarmUp { get; internal set; }

    /// <summary>True once it was closed.</summary>
    public bool IsClosed => Reader.IsClosed;

    /// <summary>Reads sent to the store since it was opened.</summary>
    public long ReadCount => store.Counters.Gets;

    /// <summary>Closes it; lookups under way finish first.</summary>
    public void Dispose()
    {
        Reader.Dispose();
        _ = store.DisposeAsync().AsTask();
    }

    internal async Task CloseAsync()
    {
        await Reader.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Prefix and run.</summary>
    public override string ToString() => $"{Prefix} @ {RunId}";
}

/// <summary>What a refresh of a reader did.</summary>
public sealed class ShardReaderUpdate
{
    internal ShardReaderUpdate(ShardReader reader, RefreshResult result)
    {
        Prefix = reader.Prefix;
        Changed = result.Changed;
        From = result.From;
        To = result.To;
        Reason = result.Problem ?? (result.Changed ? null
            : reader.IsPinned ? "The reader is pinned to the snapshot it was opened on."
            : "The pointer names the same snapshot as before.");
        HasProblem = result.Problem is not null;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>True when another snapshot is read now.</summary>
    public bool Changed { get; }

    /// <summary>Run that was read before.</summary>
    public string From { get; }

    /// <summary>Run that is read now.</summary>
    public string To { get; }

    /// <summary>Why nothing changed; null when it did.</summary>
    public string? Reason { get; }

    /// <summary>True when the newest snapshot could not be taken, so that the reader keeps what it has.</summary>
    public bool HasProblem { get; }
}
