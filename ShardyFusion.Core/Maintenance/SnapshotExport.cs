using System.IO.Compression;
using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>Rows of one snapshot in the order of their keys, over all shards. Memory does not grow with the rows.</summary>
/// <remarks>Needs the store that it came from; several passes may run at once.</remarks>
public sealed class SnapshotExport
{
    /// <summary>Text gathered before it is written.</summary>
    const int FlushBytes = 1 << 20;

    const int RowsBetweenReports = 1 << 14;

    readonly SnapshotRows rows;
    readonly Manifest manifest;
    readonly KeyCodec codec;
    readonly KeyRange range;
    readonly TimeProvider clock;
    readonly ExportOptions options;
    readonly IObjectStore store;

    /// <summary>Opens rows of one snapshot for passes in key order. Reads no shard yet.</summary>
    /// <param name="context">The prefix.</param>
    /// <param name="options">Which snapshot, and which rows.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.ShardAssignment"/> (a bound
    /// that is no key of the snapshot), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    internal static async Task<SnapshotExport> OpenAsync(StoreContext context, ExportOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var loaded = await context.Catalog.LoadAsync(options.Selector, cancellationToken).ConfigureAwait(false);
        return new SnapshotExport(context.Store, loaded, options, context.Clock);
    }

    internal SnapshotExport(IObjectStore store, LoadedManifest loaded, ExportOptions options, TimeProvider clock)
    {
        manifest = loaded.Manifest;
        codec = KeyCodec.For(manifest.Required.KeyEncoding);
        range = RangeOf(options);
        rows = new SnapshotRows(store, manifest);
        this.clock = clock;
        this.options = options;
        this.store = store;
        Info = manifest.ToInfo(loaded.Ref, store.Root);
    }

    /// <summary>The snapshot.</summary>
    public SnapshotInfo Info { get; }

    /// <summary>Goes over the rows.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, or a
    /// failure of the store.</exception>
    public async IAsyncEnumerable<SnapshotRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in PassAsync(cancellationToken).ConfigureAwait(false))
            yield return new SnapshotRow(row.DbId, codec.Decode(row.Key.Span), row.Value.ToArray());
    }

    /// <summary>Writes the rows as a file has them.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="format">How; not <see cref="ExportFormat.Auto"/>.</param>
    /// <param name="progress">Told the number of rows now and then; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="ShardyFusionException">As <see cref="ReadAsync"/>; <see cref="ErrorKind.ConfigValidation"/>: no format, or a row
    /// that the format cannot hold.</exception>
    public async Task<long> WriteAsync(Stream output, ExportFormat format, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (format == ExportFormat.Auto)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "A stream has no file name that shows the format: give the format.");
        if (format == ExportFormat.RocksDb)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A RocksDB database is a folder, not a stream: name one.");
        RequireNoFamily();
        if (options.GuardFormulas && format != ExportFormat.Csv)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Formulas are guarded in CSV files only.");
        using var writer = RowWriter.Create(format, codec, manifest.Required.ValueEncoding, options.GuardFormulas);
        writer.Begin();
        long count = 0;
        await foreach (var row in PassAsync(cancellationToken).ConfigureAwait(false))
        {
            writer.Write(row.Key.Span, row.Value.Span);
            if (++count % RowsBetweenReports == 0) progress?.Report(new ShardProgress(0, 0, count, 0));
            if (writer.Text.WrittenCount >= FlushBytes) await FlushAsync().ConfigureAwait(false);
        }
        writer.End();
        await FlushAsync().ConfigureAwait(false);
        progress?.Report(new ShardProgress(0, 0, count, 0));
        return count;

        async Task FlushAsync()
        {
            await output.WriteAsync(writer.Text.WrittenMemory, cancellationToken).ConfigureAwait(false);
            writer.Text.ResetWrittenCount();
        }
    }

    /// <summary>Writes the rows to a file, through gzip when its name ends with .gz; see <see cref="OutputFile"/>. Or makes a RocksDB
    /// database of the shards.</summary>
    /// <param name="path">The file, or the folder of the database; the folder that it lies in must exist.</param>
    /// <param name="format">How.</param>
    /// <param name="overwrite">True replaces a file that is there; never a database.</param>
    /// <param name="progress">Told the number of rows now and then; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests; nothing is left behind.</param>
    /// <exception cref="ShardyFusionException">As <see cref="WriteAsync"/>; <see cref="ErrorKind.ConfigValidation"/>: the name does not
    /// tell the format, the file is there, or it cannot be written (told before any row is read); <see cref="ErrorKind.StorageNotFound"/>,
    /// <see cref="ErrorKind.StorageDenied"/>, <see cref="ErrorKind.StorageFull"/>.</exception>
    public async Task<ExportResult> WriteFileAsync(string path, ExportFormat format, bool overwrite, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var started = clock.GetTimestamp();
        var target = Path.GetFullPath(path);
        var decided = ExportFormats.Of(target, format);
        if (decided == ExportFormat.RocksDb) return await WriteDatabaseAsync(target, progress, cancellationToken).ConfigureAwait(false);
        RequireNoFamily();
        OutputFile.RequireWritable(target, overwrite);
        var (count, bytes) = await OutputFile.WriteAsync(target, overwrite, async file =>
        {
            if (!ExportFormats.IsCompressed(target))
                return await WriteAsync(file, decided, progress, cancellationToken).ConfigureAwait(false);
            var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
            await using (packed.ConfigureAwait(false))
                return await WriteAsync(packed, decided, progress, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return new ExportResult(target, count, bytes, clock.GetElapsedTime(started), ReadBack(decided));
    }

    async Task<ExportResult> WriteDatabaseAsync(string target, IProgress<ShardProgress>? progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var folder = Path.TrimEndingDirectorySeparator(target);
        var (count, bytes) = await new DatabaseExport(store, manifest, options, PassAsync).WriteAsync(folder, progress, cancellationToken)
            .ConfigureAwait(false);
        return new ExportResult(folder, count, bytes, clock.GetElapsedTime(started), ReadBack(ExportFormat.RocksDb));
    }

    void RequireNoFamily()
    {
        if (options.ColumnFamily is not null || options.ColumnFamilyPerShard)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Only RocksDB databases have column families.");
    }

    /// <summary>How a build reads the rows back so that keys and values are equal.</summary>
    /// <param name="format">How they are written; not <see cref="ExportFormat.Auto"/>.</param>
    public RowTextShape ReadBack(ExportFormat format) => RowTextShape.Of(format, codec.Encoding, manifest.Required.ValueEncoding) with
    {
        ColumnFamily = format != ExportFormat.RocksDb || options.ColumnFamilyPerShard ? null
            : options.ColumnFamily ?? DatabaseExport.DefaultFamily,
    };

    IAsyncEnumerable<PlacedRow> PassAsync(CancellationToken cancellationToken) =>
        rows.ReadAsync([.. manifest.Shards.Where(MayHoldRange)], range, SnapshotRows.MemoryBytes, cancellationToken);

    /// <summary>False when the manifest tells that a shard has no key of the range; one that states nothing is looked into.</summary>
    bool MayHoldRange(ShardEntry shard) => range.IsAll
        || ((range.From.IsEmpty || shard.StoredMaxKey(codec) is not { } largest || largest.AsSpan().SequenceCompareTo(range.From.Span) >= 0)
            && (range.End is not { } end || shard.StoredMinKey(codec) is not { } smallest
            || smallest.AsSpan().SequenceCompareTo(end.Span) < 0));

    KeyRange RangeOf(ExportOptions options)
    {
        if (options.KeyPrefix is null) return KeyRange.Between(Stored(options.FirstKey), Stored(options.LastKey));
        if (codec.Encoding is KeyEncoding.Utf8 or KeyEncoding.Raw) return KeyRange.OfPrefix(Stored(options.KeyPrefix));
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"The keys of run '{manifest.Required.RunId}' are integers, which have no prefix.")
        {
            Target = options.KeyPrefix,
            RecommendedAction = "Give the smallest and the largest key instead.",
        };
    }

    byte[]? Stored(object? key) => key is null ? null : codec.ConvertLookup(key);
}
