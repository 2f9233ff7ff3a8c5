namespace ShardyFusion.Shards.SlateDb.Reading;

sealed partial class SlateShard
{
    /// <summary>Finds many keys: one read for each run of neighbouring blocks that are not cached.</summary>
    /// <param name="keys">Encoded keys; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>One entry per key, in their order; null where the key is absent.</returns>
    /// <exception cref="Errors.ShardCorruptException">A key's block is damaged, or its newest row is a merge operand.</exception>
    public async Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        var pending = new List<(int Key, Lookup Lookup)>();
        for (var i = 0; i < values.Length; i++)
        {
            var lookup = Begin(keys[i].Span);
            if (TryFinish(ref lookup, keys[i].Span))
                values[i] = lookup.Value;
            else
                pending.Add((i, lookup));
        }
        // One turn for each table that may have a key; most often there is one.
        while (pending.Count > 0)
        {
            var blocks = await LoadAsync(pending, cancellationToken).ConfigureAwait(false);
            var later = new List<(int Key, Lookup Lookup)>();
            foreach (var (index, begun) in pending)
            {
                var lookup = begun;
                while (!lookup.IsEnded && blocks.TryGetValue((lookup.Cursor.Table!, lookup.Cursor.Block), out var block))
                    Examine(ref lookup, keys[index].Span, block);
                if (lookup.IsEnded)
                    values[index] = lookup.Value;
                else
                    later.Add((index, lookup));
            }
            pending = later;
        }
        return values;
    }

    static async Task<Dictionary<(SlateTable, int), ReadOnlyMemory<byte>>> LoadAsync(
        List<(int Key, Lookup Lookup)> pending, CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<(SlateTable, int), ReadOnlyMemory<byte>>();
        var loading = pending.GroupBy(item => item.Lookup.Cursor.Table!, item => item.Lookup.Cursor.Block).Select(async group =>
        {
            var wanted = group.Distinct().Order().ToArray();
            return (Table: group.Key, Wanted: wanted,
                Found: await group.Key.Loader.LoadManyAsync(wanted, cancellationToken).ConfigureAwait(false));
        }).ToArray();
        foreach (var (table, wanted, found) in await Task.WhenAll(loading).ConfigureAwait(false))
            for (var i = 0; i < wanted.Length; i++)
                blocks[(table, wanted[i])] = found[i];
        return blocks;
    }
}
