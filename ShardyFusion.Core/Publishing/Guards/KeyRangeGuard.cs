using System.Buffers.Binary;
using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Publishing.Guards;

/// <summary>Smallest and largest key against those of the current snapshot.</summary>
/// <remarks>
/// Integer keys are compared by value. Text and raw keys have no distance; for them the eight bytes behind what the old smallest and
/// largest key share are taken as a number, which respects the order and is near enough to tell another alphabet, prefix or case.
/// </remarks>
sealed class KeyRangeGuard(double limitPercent) : IPublishGuard
{
    public string Name => "MaxKeyRangeChange";

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) => Task.FromResult(Check(context));

    GuardResult Check(GuardContext context)
    {
        if (context.Current is not { } current) return new GuardResult(Name, true, "There is no current snapshot to compare with.");
        var staged = context.Staged;
        if (staged.KeyEncoding != current.KeyEncoding)
            return new GuardResult(Name, false,
                $"Keys are {staged.KeyEncoding.StorageName()}; those of the current snapshot are {current.KeyEncoding.StorageName()}.");
        if (current.RowCount == 0) return new GuardResult(Name, true, "The current snapshot has no keys.");
        if (Range(staged) is not { } now || Range(current) is not { } before)
            return new GuardResult(Name, false, "The manifests do not tell the key range.");
        var change = Change(before, now, staged.KeyEncoding);
        var codec = KeyCodec.For(staged.KeyEncoding);
        var moved = double.IsPositiveInfinity(change) ? "far outside the old range"
            : string.Create(CultureInfo.InvariantCulture, $"{change:0.##} % of the old range");
        return new GuardResult(Name, change <= limitPercent, string.Create(CultureInfo.InvariantCulture,
            $"Keys go from {codec.Display(now.Min)} to {codec.Display(now.Max)}, before from {codec.Display(before.Min)} to "
                + $"{codec.Display(before.Max)}; an end moved by {moved}, at most {limitPercent:0.##} % allowed."));
    }

    static double Change((byte[] Min, byte[] Max) before, (byte[] Min, byte[] Max) now, KeyEncoding encoding)
    {
        if (now.Min.AsSpan().SequenceEqual(before.Min) && now.Max.AsSpan().SequenceEqual(before.Max)) return 0;
        var shared = encoding is KeyEncoding.U64BE or KeyEncoding.U32BE ? 0 : before.Min.AsSpan().CommonPrefixLength(before.Max);
        var span = Position(before.Max, shared) - Position(before.Min, shared);
        if (span <= 0 || !Shares(now.Min, before.Min, shared) || !Shares(now.Max, before.Min, shared)) return double.PositiveInfinity;
        return 100 * Math.Max(Math.Abs(Position(now.Min, shared) - Position(before.Min, shared)),
            Math.Abs(Position(now.Max, shared) - Position(before.Max, shared))) / span;
    }

    static bool Shares(byte[] key, byte[] other, int bytes) => key.AsSpan().CommonPrefixLength(other) >= bytes;

    static double Position(byte[] key, int skipped)
    {
        Span<byte> window = stackalloc byte[sizeof(ulong)];
        window.Clear();
        key.AsSpan(skipped, Math.Min(window.Length, key.Length - skipped)).CopyTo(window);
        return BinaryPrimitives.ReadUInt64BigEndian(window);
    }

    static (byte[] Min, byte[] Max)? Range(SnapshotInfo snapshot)
    {
        byte[]? min = null, max = null;
        foreach (var shard in snapshot.Shards)
        {
            if (Stored(shard.MinKey, snapshot.KeyEncoding) is not { } first || Stored(shard.MaxKey, snapshot.KeyEncoding) is not { } last)
                return null;
            if (min is null || first.AsSpan().SequenceCompareTo(min) < 0) min = first;
            if (max is null || last.AsSpan().SequenceCompareTo(max) > 0) max = last;
        }
        return min is null ? null : (min, max!);
    }

    static byte[]? Stored(object? key, KeyEncoding encoding) => key switch
    {
        null => null,
        string hex when encoding == KeyEncoding.Raw => Convert.FromHexString(hex),
        _ => KeyCodec.For(encoding).ConvertLookup(key),
    };
}
