using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>A shard whose rows are all in memory.</summary>
/// <param name="file">Path or URI, for errors.</param>
/// <param name="rows">Its rows in key order, each key once.</param>
sealed class SortedRowsShard(string file, ShardRow[] rows) : IDatabaseShard
{
    /// <inheritdoc/>
    public required long StoredBytes { get; init; }

    /// <inheritdoc/>
    public required long MemoryBytes { get; init; }

    /// <summary>Rows that have a key which no lookup can name.</summary>
    public long UnfindableRows { get; init; }

    /// <inheritdoc/>
    public bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var at = FirstNotBefore(key);
        var isFound = at < rows.Length && rows[at].Key.Span.SequenceEqual(key);
        value = isFound ? rows[at].Value.Span : default;
        return isFound;
    }

    int FirstNotBefore(ReadOnlySpan<byte> key)
    {
        var (at, behind) = (0, rows.Length);
        while (at < behind)
        {
            var middle = (at + behind) / 2;
            if (rows[middle].Key.Span.SequenceCompareTo(key) < 0)
                at = middle + 1;
            else
                behind = middle;
        }
        return at;
    }

    ReadOnlyMemory<byte>? Find(ReadOnlySpan<byte> key)
    {
        var at = FirstNotBefore(key);
        return at < rows.Length && rows[at].Key.Span.SequenceEqual(key) ? rows[at].Value : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(key.Span));

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken) =>
        Task.FromResult(keys.Select(key => Find(key.Span)).ToArray());

    /// <inheritdoc/>
    public IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken) => ScanAsync(KeyRange.All, 0, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (UnfindableRows > 0)
            throw new ShardUnsupportedException(file, 0,
                $"{UnfindableRows} keys are stored as another type than bytes, so that no lookup finds their rows");
        await Task.CompletedTask.ConfigureAwait(false);
        for (var at = FirstNotBefore(range.From.Span); at < rows.Length && range.Contains(rows[at].Key.Span); at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return rows[at];
        }
    }

    /// <inheritdoc/>
    public BlockPlace WhereIs(ReadOnlySpan<byte> key) => BlockPlace.Cache;

    /// <inheritdoc/>
    public IEnumerable<ShardPart> Parts(int mostBytes) => [];

    /// <inheritdoc/>
    public Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken) => Task.FromResult(0L);

    /// <inheritdoc/>
    public void Leave()
    {
    }

    /// <summary>Nothing is to be given back.</summary>
    public void Dispose()
    {
    }
}
