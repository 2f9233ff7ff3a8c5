using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
    /// <summary>Goes over all rows, shard by shard, within a shard in the order of the stored keys. Every block's checksum is
    /// verified.</summary>
    /// <param name="shardId">One shard only; null for all.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    /// <returns>Rows of the snapshot that is read when the scan starts, whatever is refreshed meanwhile.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no such shard;
    /// <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>, or a failure
    /// of the store.</exception>
    public async IAsyncEnumerable<SnapshotRow> ScanAsync(int? shardId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var pin = PinState();
        var held = pin.State;
        var count = held.Loaded.Manifest.Required.NumDbs;
        if (shardId < 0 || shardId >= count)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Shard {shardId} does not exist; the snapshot has shards 0 to {count - 1}.")
            {
                Target = shardId,
            };
        foreach (var slot in held.Slots)
        {
            var dbId = slot.Entry.DbId;
            if (shardId is not null && dbId != shardId)
                continue;
            var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (open.Mapped is { } mapped)
            {
                using var scanner = mapped.Scan();
                while (scanner.MoveNext())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return Row(held.Keys.Codec, dbId, scanner.Key, scanner.Value);
                }
            }
            else
            {
                await foreach (var row in open.Remote!.ScanAsync(cancellationToken).ConfigureAwait(false))
                    yield return Row(held.Keys.Codec, dbId, row.Key.Span, row.Value.Span);
            }
        }
    }

    static SnapshotRow Row(KeyCodec codec, int dbId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        new(dbId, codec.Decode(key), value.ToArray());
}
