namespace ShardyFusion.Parquet.Decoding;

/// <summary>Decodes the values of one page, some at a time. For one thread.</summary>
abstract class ValueDecoder
{
    /// <summary>Decodes more values.</summary>
    /// <param name="batch">Filled from its start.</param>
    /// <returns>How many values there are, at least one.</returns>
    /// <exception cref="Format.DamageException">The page has no more values, or is damaged.</exception>
    public abstract int Fill(ValueBatch batch);

    /// <summary>What a page without further values says.</summary>
    protected static Format.DamageException TooFew() => new("it has fewer values than it claims");
}
