using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.Sessions;

/// <summary>Lines of standard input.</summary>
sealed class PipedLines : ILineSource
{
    readonly StreamReader input = new(StandardStreams.Input());

    public Task<string?> ReadAsync(string prompt, CancellationToken cancellationToken) =>
        input.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);

    public void Dispose() => input.Dispose();
}
