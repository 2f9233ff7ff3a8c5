using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

sealed partial class SlateShard
{
    /// <summary>Finds the value of a key: no read when the filters say no, the key is in a log file or its block is cached; else one
    /// for each table that may have it, newest first, until one has.</summary>
    /// <param name="key">Encoded key; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The value, or null when the key is absent.</returns>
    /// <exception cref="ShardCorruptException">A block is damaged, or the newest row is a merge operand.</exception>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var lookup = Begin(key.Span);
        return TryFinish(ref lookup, key.Span) ? ValueTask.FromResult(lookup.Value) : GetColdAsync(lookup, key, cancellationToken);
    }

    /// <inheritdoc/>
    public bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var lookup = Begin(key);
        if (!TryFinish(ref lookup, key))
            lookup.Value = LocalReads.Result(GetColdAsync(lookup, key.ToArray(), CancellationToken.None), Root);
        value = lookup.Value.GetValueOrDefault().Span;
        return lookup.Value is not null;
    }

    async ValueTask<ReadOnlyMemory<byte>?> GetColdAsync(Lookup lookup, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        while (!TryFinish(ref lookup, key.Span))
        {
            var block = await lookup.Cursor.Table!.Loader.LoadAsync(lookup.Cursor.Block, cancellationToken).ConfigureAwait(false);
            Examine(ref lookup, key.Span, block);
        }
        return lookup.Value;
    }

    /// <summary>Where a get of this key would find its block now. Reads nothing and changes no statistics.</summary>
    public BlockPlace WhereIs(ReadOnlySpan<byte> key)
    {
        var cursor = CursorFor(key);
        return wal.TryFind(key, out var logged) && logged.Sequence > manifest.LastTableSequence ? BlockPlace.Cache
            : !cursor.MoveNext(key) ? BlockPlace.Nowhere
            : cursor.Table!.Loader.IsCached(cursor.Block) ? BlockPlace.Cache : BlockPlace.Source;
    }

    BlockCursor CursorFor(ReadOnlySpan<byte> key) => new(levels, hasFilters ? SipHash13.Hash(key) : 0);

    Lookup Begin(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var lookup = new Lookup();
        if (wal.TryFind(key, out var logged))
        {
            lookup.Logged = logged;
            if (logged.Sequence > manifest.LastTableSequence)
            {
                lookup.End(logged, key, clock);
                return lookup;
            }
        }
        lookup.Cursor = CursorFor(key);
        if (!lookup.Cursor.MoveNext(key))
            EndAbsent(ref lookup);
        return lookup;
    }

    // As far as the blocks are cached.
    bool TryFinish(ref Lookup lookup, ReadOnlySpan<byte> key)
    {
        while (!lookup.IsEnded)
        {
            if (!lookup.Cursor.Table!.Loader.TryGet(lookup.Cursor.Block, out var block))
                return false;
            Examine(ref lookup, key, block);
        }
        return true;
    }

    void Examine(ref Lookup lookup, ReadOnlySpan<byte> key, ReadOnlyMemory<byte> block)
    {
        var table = lookup.Cursor.Table!;
        var origin = table.OriginOf(lookup.Cursor.Block);
        if (BlockRows.TryFind(block.Span, table.Format, key, out var row, origin))
        {
            if (lookup.Logged is { } logged && logged.Sequence > row.Sequence)
                EndAbsent(ref lookup);
            else
                lookup.End(new FoundRow(block.Slice(row.ValueStart, row.ValueBytes), row, table.Format, origin), key, clock);
        }
        else if (!lookup.Cursor.MoveNext(key))
        {
            EndAbsent(ref lookup);
        }
    }

    void EndAbsent(ref Lookup lookup)
    {
        if (lookup.Logged is { } logged)
            RequireInTables(logged);
        lookup.IsEnded = true;
    }

    // A manifest has no checksum. Rows up to its sequence number are in tables, unless they were removed there: deletions, and what
    // is expired.
    void RequireInTables(FoundRow logged)
    {
        if (logged.Kind != RowKind.Tombstone && !logged.IsExpired(clock))
            throw logged.Origin.Fault($"a row of sequence number {logged.Sequence} lies in no table, "
                + $"where '{manifest.File}' says that all up to {manifest.LastTableSequence} do");
    }

    /// <summary>A get on its way.</summary>
    struct Lookup
    {
        /// <summary>At the block to look at next.</summary>
        public BlockCursor Cursor;
        /// <summary>The key's row in log files.</summary>
        public FoundRow? Logged;
        public ReadOnlyMemory<byte>? Value;
        public bool IsEnded;

        public void End(in FoundRow newest, ReadOnlySpan<byte> key, TimeProvider clock)
        {
            IsEnded = true;
            // Typed: a bare null would become an empty memory, which is a value.
            Value = newest.TryGetValue(key, clock, out var value) ? value : (ReadOnlyMemory<byte>?)null;
        }
    }
}
