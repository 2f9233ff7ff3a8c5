namespace ShardyFusion.Formats;

/// <summary>How keys are placed on shards.</summary>
enum ShardingStrategy
{
    /// <summary>By the key's hash.</summary>
    Hash,
    /// <summary>By a CEL expression.</summary>
    Cel,
}
