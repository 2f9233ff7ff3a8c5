using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>The answer to one looked-up key.</summary>
public sealed class ShardValue
{
    internal ShardValue(LookupResult result, object? value)
    {
        Key = result.Key;
        Found = result.Found;
        Value = value;
        ShardId = result.ShardId;
        RunId = result.RunId;
        Source = result.Source.ToString();
    }

    /// <summary>The key as given.</summary>
    public object Key { get; }

    /// <summary>True when the snapshot has it.</summary>
    public bool Found { get; }

    /// <summary>The value: bytes, text or an object, by the snapshot's value encoding or as asked for; null when absent.</summary>
    public object? Value { get; }

    /// <summary>The shard that was asked.</summary>
    public int ShardId { get; }

    /// <summary>The snapshot that answered.</summary>
    public string RunId { get; }

    /// <summary>Where the answer came from.</summary>
    public string Source { get; }

    /// <summary>The value as text.</summary>
    public override string ToString() => Value?.ToString() ?? "";
}
