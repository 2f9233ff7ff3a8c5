using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Reading;

/// <summary>Opens a shard and reads one key of it.</summary>
static class ShardProbe
{
    /// <summary>Reads the smallest key that the manifest states, or the first row when it states none. Asks for a shard that is open
    /// already, whose file or blocks in memory would answer even when the store has lost it.</summary>
    /// <exception cref="ShardyFusionException">The shard is missing, damaged, does not hold that key, or the store failed.</exception>
    public static async Task RunAsync(ShardSlot slot, KeyCodec codec, CancellationToken cancellationToken)
    {
        if (slot.IsOpen)
            await slot.RequirePresentAsync(cancellationToken).ConfigureAwait(false);
        var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (SmallestKey(slot, codec) is not { } key)
        {
            await ReadFirstRowAsync(open, cancellationToken).ConfigureAwait(false);
            return;
        }
        var isFound = open.Mapped is { } mapped
            ? mapped.TryGet(key, out _)
            : await open.Remote!.GetAsync(key, cancellationToken).ConfigureAwait(false) is not null;
        if (!isFound)
            throw new ShardyFusionException(ErrorKind.ShardCorrupt,
                $"Shard {slot.Entry.DbId} ('{slot.Key}') does not hold its smallest key {codec.Display(key)}, which the manifest states.")
            { Target = slot.Key };
    }

    static byte[]? SmallestKey(ShardSlot slot, KeyCodec codec)
    {
        if (slot.Entry.MinKeyHex is { } hex)
            return Convert.FromHexString(hex);
        return slot.Entry.MinKey is { } key && codec.Encoding != KeyEncoding.Raw ? codec.ConvertLookup(key) : null;
    }

    static async Task ReadFirstRowAsync(OpenShard open, CancellationToken cancellationToken)
    {
        if (open.Mapped is { } mapped)
        {
            using var scanner = mapped.Scan();
            scanner.MoveNext();
            return;
        }
        await foreach (var _ in open.Remote!.ScanAsync(cancellationToken).ConfigureAwait(false))
            return;
    }
}
