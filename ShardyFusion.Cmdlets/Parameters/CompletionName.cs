namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>A name to offer.</summary>
/// <param name="Text">What is inserted.</param>
/// <param name="About">What is said of it.</param>
/// <param name="Short">What is listed, where that is less than the text.</param>
sealed record CompletionName(string Text, string About, string? Short = null);
