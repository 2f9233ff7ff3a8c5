using ShardyFusion.Building.Input;
using ShardyFusion.Formats.Values;
using ShardyFusion.Routing;

namespace ShardyFusion.Jobs;

/// <summary>Finds out how keys and values are stored where nobody said it: as in a local build, the first row that can be used
/// decides.</summary>
sealed class EncodingProbe : IRowSinkProvider, IDisposable
{
    readonly CancellationTokenSource seen = new();
    KeyEncoding? encoding;

    /// <param name="files">The rows.</param>
    /// <param name="values">Learns what values are.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>How keys are stored; text when no file has a row that can be used.</returns>
    /// <exception cref="Errors.ShardyFusionException">As a build of the files.</exception>
    public static async Task<KeyEncoding> RunAsync(IEnumerable<InputFile> files, ValueEncoder values, CancellationToken cancellationToken)
    {
        using var probe = new EncodingProbe();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, probe.seen.Token);
        try
        {
            foreach (var file in files)
            {
                await RowSources.Of(file, values, workers: 1).ReadAsync(probe, 0, linked.Token).ConfigureAwait(false);
                if (probe.encoding is not null) break;
            }
        }
        catch (OperationCanceledException) when (probe.encoding is not null)
        {
            // As it was meant.
        }
        return probe.encoding ?? KeyEncoding.Utf8;
    }

    public void Dispose() => seen.Dispose();

    public IRowSink Open() => new Sink(this);

    public void Close(IRowSink sink)
    {
    }

    void Take(KeyEncoding found)
    {
        if (encoding is not null) return;
        encoding = found;
        seen.Cancel();
    }

    sealed class Sink(EncodingProbe owner) : IRowSink
    {
        public void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal) => owner.Take(KeyEncoding.Utf8);

        public void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal) => owner.Take(KeyEncoding.U64BE);

        public void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal) => owner.Take(KeyEncoding.Raw);

        public void Reject(string reason, string? key, long ordinal)
        {
        }
    }
}
