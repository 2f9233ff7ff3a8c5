using System.Data;
using System.Globalization;
using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Placing;
using ShardyFusion.Figures;
using ShardyFusion.Formats.Values;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building;

/// <summary>Looks at rows, without building, to tell how many of them each range of keys would get. Rows that cannot be used are passed
/// over. Not thread-safe, but for the sinks that it opens.</summary>
sealed class RangeForecast : IRowSinkProvider
{
    const int MostShown = 16;

    readonly BuildOptions options;
    readonly RowPlacement placement;
    readonly KeySample sample;
    readonly byte[] keyBuffer = new byte[KeyCodec.MaxKeyBytes];
    KeyCodec? codec;
    long rows;

    RangeForecast(BuildOptions options)
    {
        this.options = options;
        placement = RowPlacement.Of(options);
        sample = placement.Sample ?? new KeySample();
        if (placement.KeyEncoding is { } encoding) codec = KeyCodec.For(encoding);
    }

    /// <summary>A forecast where there are ranges to tell of; else null.</summary>
    public static RangeForecast? For(BuildOptions options) => options.Sharding is { Expression: null } && options.Validate().Count == 0
        ? new RangeForecast(options) : null;

    /// <summary>Looks at one row.</summary>
    public void Add(object? key)
    {
        rows++;
        if (key is null) return;
        codec ??= KeyCodec.For(KeyCodec.Infer(key));
        if (codec.TryEncode(key, keyBuffer, out var bytes) == KeyFault.None) sample.Add(keyBuffer.AsSpan(0, bytes));
    }

    /// <summary>Looks at the rows of a file.</summary>
    /// <exception cref="Errors.ShardyFusionException">As a build of it.</exception>
    public async Task AddFileAsync(InputFile file, CancellationToken cancellationToken)
    {
        // The first row says how keys are stored, unless that is known: one worker then, which sees it first.
        var workers = codec is null ? 1 : options.Parallelism ?? Environment.ProcessorCount;
        rows += await RowSources.Of(file, new ValueEncoder(options.ValueEncoding), workers).ReadAsync(this, rows, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Looks at the rows of a data reader.</summary>
    public void AddReader(IDataReader reader, string keyColumn)
    {
        var read = new DataReaderRows(reader, keyColumn, [keyColumn], []);
        while (read.TryRead(out var key, out _, out _)) Add(key);
    }

    public IRowSink Open() => new Sink(this);

    public void Close(IRowSink sink)
    {
    }

    /// <summary>The ranges, by shard; empty when there was no row that could be used.</summary>
    public IReadOnlyList<RangeShare> Ranges()
    {
        if (sample.Count == 0) return [];
        placement.Begin(codec!.Encoding);
        var shares = sample.Shares(placement.End(codec.Encoding, []));
        IReadOnlyList<object?> firstKeys = [null, .. placement.Fields.Boundaries ?? []];
        return [.. shares.Select((share, shard) => new RangeShare(shard, firstKeys[shard], share))];
    }

    /// <summary>The ranges in sentences.</summary>
    public static IEnumerable<string> Describe(IReadOnlyList<RangeShare> ranges)
    {
        foreach (var range in ranges.Take(MostShown))
        {
            var from = range.FirstKey is { } first ? $" from {KeyFaults.Show(first)}" : "";
            var below = range.ShardId + 1 < ranges.Count ? $" below {KeyFaults.Show(ranges[range.ShardId + 1].FirstKey)}" : "";
            var keys = ranges.Count == 1 ? "all keys" : $"keys{from}{below}";
            yield return $"Shard {range.ShardId}, {keys}: {Percent(range.Share)} of the rows.";
        }
        if (ranges.Count > 1)
            yield return $"The largest of {ReadableText.Count(ranges.Count)} ranges has "
                + $"{Percent(ranges.Max(range => range.Share))} of the rows, the smallest {Percent(ranges.Min(range => range.Share))}.";
    }

    static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    sealed class Sink(RangeForecast owner) : IRowSink
    {
        readonly byte[] keyBuffer = new byte[KeyCodec.MaxKeyBytes];

        public void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal)
        {
            var codec = owner.codec ??= KeyCodec.For(KeyEncoding.Utf8);
            if (codec.TryEncodeUtf8(keyText, keyBuffer, out var bytes) == KeyFault.None) owner.sample.Add(keyBuffer.AsSpan(0, bytes));
        }

        public void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal)
        {
            var codec = owner.codec ??= KeyCodec.For(KeyEncoding.U64BE);
            if (codec.TryEncode(key, keyBuffer, out var bytes) == KeyFault.None) owner.sample.Add(keyBuffer.AsSpan(0, bytes));
        }

        public void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal)
        {
            var codec = owner.codec ??= KeyCodec.For(KeyEncoding.Raw);
            if (codec.TryEncodeStored(key, keyBuffer, out var bytes) == KeyFault.None) owner.sample.Add(keyBuffer.AsSpan(0, bytes));
        }

        public void Reject(string reason, string? key, long ordinal)
        {
        }
    }
}
