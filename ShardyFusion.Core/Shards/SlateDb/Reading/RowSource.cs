namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>Rows in the order of their keys, the newest of a key first. For one thread.</summary>
abstract class RowSource : IAsyncDisposable
{
    /// <summary>The current row's key; valid until the next move.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The current row.</summary>
    public abstract FoundRow Row { get; }

    /// <summary>Goes to the next row, if that takes no reading.</summary>
    public abstract bool TryMove();

    /// <summary>Goes to the next row when <see cref="TryMove"/> did not.</summary>
    /// <returns>False after the last one.</returns>
    public abstract ValueTask<bool> ReadOnAsync();

    /// <summary>Ends what is read ahead.</summary>
    public abstract ValueTask DisposeAsync();
}
