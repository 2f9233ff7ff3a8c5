namespace ShardyFusion.Cli.Sessions;

/// <summary>Where the lines of a session come from.</summary>
interface ILineSource : IDisposable
{
    /// <param name="prompt">Shown where somebody types.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <returns>The next line; null at the end.</returns>
    Task<string?> ReadAsync(string prompt, CancellationToken cancellationToken);
}
