namespace ShardyFusion.Stores;

/// <summary>A manifest out of a table.</summary>
/// <param name="Text">YAML or JSON.</param>
/// <param name="PublishedAt">UTC, to the microsecond.</param>
sealed record ManifestText(string Text, DateTimeOffset PublishedAt);
