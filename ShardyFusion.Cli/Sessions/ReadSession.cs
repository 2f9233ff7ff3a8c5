using ShardyFusion.Catalog;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Sessions;

/// <summary>What the lines of a session share: one open store, one reader that stays warm, and which snapshot they mean.</summary>
/// <remarks>For one command at a time.</remarks>
sealed class ReadSession : IAsyncDisposable
{
    readonly string prefix;
    readonly StoreConnection connection;
    SnapshotReader? reader;

    /// <summary>Sends no request; whether there is a snapshot shows at the first use.</summary>
    public ReadSession(string prefix, StoreConnection connection, SnapshotSelector inUse)
    {
        (this.prefix, this.connection, InUse) = (prefix, connection, inUse);
        Store = SnapshotStore.Open(prefix, connection);
    }

    public SnapshotStore Store { get; }

    /// <summary>What a command means that names no snapshot.</summary>
    public SnapshotSelector InUse { get; private set; }

    /// <summary>The run that is read; null before the first read.</summary>
    public string? RunId => reader?.Info.RunId;

    /// <summary>True when this prefix, reached so, is the session's.</summary>
    public bool Serves(string otherPrefix, StoreConnection otherConnection) => prefix == otherPrefix && connection == otherConnection;

    /// <summary>The selector as given, or what is in use where it names nothing.</summary>
    public SnapshotSelector Resolve(SnapshotSelector given) => given.IsCurrent ? InUse : given;

    /// <summary>The warm reader when these options mean it; null when they ask for another one.</summary>
    public async Task<SnapshotReader?> TryGetReaderAsync(ReaderOptions options, CancellationToken cancellationToken) =>
        options with { Selector = Resolve(options.Selector) } == new ReaderOptions { Selector = InUse }
            ? reader ??= await OpenAsync(InUse, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>The warm reader.</summary>
    public async Task<SnapshotReader> GetReaderAsync(CancellationToken cancellationToken) =>
        reader ??= await OpenAsync(InUse, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads another snapshot from now on; when it cannot be read, the one before stays in use.</summary>
    public async Task<SnapshotInfo> UseAsync(SnapshotSelector selector, CancellationToken cancellationToken)
    {
        var next = await OpenAsync(selector, cancellationToken).ConfigureAwait(false);
        var last = reader;
        (reader, InUse) = (next, selector);
        if (last is not null) await last.DisposeAsync().ConfigureAwait(false);
        return next.Info;
    }

    /// <summary>Moves the reader to what is current now, where it follows a pointer and was opened.</summary>
    public async Task<RefreshResult?> RefreshIfOpenAsync(CancellationToken cancellationToken) =>
        reader is null ? null : await reader.RefreshAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (reader is not null) await reader.DisposeAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
    }

    Task<SnapshotReader> OpenAsync(SnapshotSelector selector, CancellationToken cancellationToken) =>
        Store.OpenReaderAsync(new ReaderOptions { Selector = selector }, cancellationToken);
}
