namespace ShardyFusion.Stores;

/// <summary>A move of the pointer that is to be made.</summary>
/// <param name="Expected">The last one that was seen of the same prefix; null for none.</param>
/// <param name="UpdatedAt">Its time, later than that of the one that was seen.</param>
/// <param name="RunId">The run that it moves the pointer to.</param>
/// <param name="Manifest">The manifest of that run where no table has it yet; null where one has.</param>
sealed record TableMove(PointerRow? Expected, DateTimeOffset UpdatedAt, string RunId, ManifestText? Manifest);
