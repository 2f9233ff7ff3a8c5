namespace ShardyFusion.Stores;

/// <summary>A manifest in a table, without its content.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="PublishedAt">UTC, to the microsecond.</param>
/// <param name="SizeBytes">Size of its text; 0 where it is not kept as one.</param>
/// <param name="Prefix">The prefix that it states, as the database could tell; null when <paramref name="Head"/> has to be looked
/// at.</param>
/// <param name="Head">The beginning of its text from <c>required:</c> on.</param>
sealed record ManifestRow(string RunId, DateTimeOffset PublishedAt, long SizeBytes, string? Prefix, string? Head);
