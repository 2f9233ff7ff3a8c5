using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Hashing;

namespace ShardyFusion.Routing;

/// <summary>Decides which shard a key belongs to.</summary>
/// <remarks>
/// Routing bytes ("canonical") are not the stored bytes: an integer routes by its 8 bytes signed little-endian, whatever its
/// encoding; text by its UTF-8; bytes as they are. Immutable; safe for concurrent callers; allocates nothing.
/// </remarks>
abstract class ShardRouter
{
    private protected ShardRouter(int numDbs, KeyEncoding keyEncoding)
    {
        if (numDbs < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The shard count must be at least 1, not {numDbs}.");
        NumDbs = numDbs;
        KeyEncoding = keyEncoding;
    }

    /// <summary>Number of shards, 1 or more; results lie in [0, this).</summary>
    public int NumDbs { get; }

    /// <summary>The encoding of the keys that <see cref="RouteStored(ReadOnlySpan{byte})"/> takes.</summary>
    public KeyEncoding KeyEncoding { get; }

    /// <summary>The router of the <c>hash</c> strategy: xxh3_64(canonical, seed 0) mod <paramref name="numDbs"/>, unsigned.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: <paramref name="numDbs"/> is below 1.</exception>
    public static ShardRouter ForHash(int numDbs, KeyEncoding keyEncoding) => new HashShardRouter(numDbs, keyEncoding);

    /// <summary>A router that refuses every key, for snapshots whose strategy this version cannot follow but whose metadata it can
    /// show.</summary>
    /// <param name="numDbs">Number of shards.</param>
    /// <param name="keyEncoding">The encoding of the snapshot's keys.</param>
    /// <param name="reason">Which strategy it is, as a sentence.</param>
    public static ShardRouter Unsupported(int numDbs, KeyEncoding keyEncoding, string reason) =>
        new UnsupportedShardRouter(numDbs, keyEncoding, reason);

    /// <summary>The shard of a key given as its routing bytes.</summary>
    /// <returns>db_id in [0, <see cref="NumDbs"/>).</returns>
    public abstract int Route(ReadOnlySpan<byte> canonicalKey);

    /// <summary>The shard of an integer key.</summary>
    /// <returns>db_id in [0, <see cref="NumDbs"/>).</returns>
    public virtual int Route(long key)
    {
        Span<byte> canonical = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(canonical, key);
        return Route(canonical);
    }

    /// <summary>The shard of a key given as its stored bytes, as <see cref="KeyCodec"/> writes them.</summary>
    /// <returns>db_id in [0, <see cref="NumDbs"/>).</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: an integer key of the wrong length or of 2^63 and
    /// more.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int RouteStored(ReadOnlySpan<byte> storedKey)
    {
        switch (KeyEncoding)
        {
            case KeyEncoding.U64BE when storedKey.Length == 8:
                var integer = BinaryPrimitives.ReadInt64BigEndian(storedKey);
                return integer >= 0 ? Route(integer) : throw Unroutable(storedKey);
            case KeyEncoding.U32BE when storedKey.Length == 4:
                return Route((long)BinaryPrimitives.ReadUInt32BigEndian(storedKey));
            case KeyEncoding.Utf8 or KeyEncoding.Raw when !storedKey.IsEmpty:
                return Route(storedKey);
            default:
                throw Unroutable(storedKey);
        }
    }

    /// <summary>The integer that a stored key is; apart from <see cref="RouteStored(ReadOnlySpan{byte})"/>, which is for the hot
    /// path.</summary>
    private protected long IntegerOf(ReadOnlySpan<byte> storedKey) => (KeyEncoding, storedKey.Length) switch
    {
        (KeyEncoding.U64BE, 8) when storedKey[0] < 0x80 => BinaryPrimitives.ReadInt64BigEndian(storedKey),
        (KeyEncoding.U32BE, 4) => BinaryPrimitives.ReadUInt32BigEndian(storedKey),
        _ => throw Unroutable(storedKey),
    };

    /// <summary>The shard of a row or lookup that brings columns beside its key.</summary>
    /// <param name="storedKey">As for <see cref="RouteStored(ReadOnlySpan{byte})"/>.</param>
    /// <param name="context">The columns; null for none. Without effect where the key alone decides.</param>
    /// <returns>db_id in [0, <see cref="NumDbs"/>).</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>; names a column that is needed and not
    /// there.</exception>
    public virtual int RouteStored(ReadOnlySpan<byte> storedKey, RoutingContext? context) => RouteStored(storedKey);

    /// <summary>True when a key has one shard, whatever its row holds beside it.</summary>
    public virtual bool IsByKeyAlone => true;

    ShardyFusionException Unroutable(ReadOnlySpan<byte> storedKey) => new(ErrorKind.ShardAssignment,
        $"The stored key {KeyFaults.ShowBytes(storedKey)} cannot be routed: it is no {KeyEncoding.StorageName()} key below 2^63.");
}

/// <summary>xxh3_64 of the routing bytes, modulo the number of shards.</summary>
sealed class HashShardRouter : ShardRouter
{
    readonly ulong divisor;
    readonly ulong reciprocal;

    public HashShardRouter(int numDbs, KeyEncoding keyEncoding) : base(numDbs, keyEncoding)
    {
        divisor = (ulong)numDbs;
        reciprocal = ulong.MaxValue / divisor;
    }

    public override int Route(ReadOnlySpan<byte> canonicalKey) => Reduce(XxHash3.Hash(canonicalKey));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int Route(long key) => Reduce(XxHash3.Hash8((ulong)key));

    /// <summary><paramref name="hash"/> mod d by a multiplication instead of a division.</summary>
    /// <remarks>
    /// With m = floor((2^64 - 1) / d) = (2^64 - e) / d and 1 ≤ e ≤ d, hash * m / 2^64 = hash / d - (hash / 2^64) * (e / d) &gt; hash / d -
    /// 1. So its floor is floor(hash / d) or one less, and one correction is enough.
    /// </remarks>
    internal int Reduce(ulong hash)
    {
        var remainder = hash - Math.BigMul(hash, reciprocal, out _) * divisor;
        return (int)(remainder >= divisor ? remainder - divisor : remainder);
    }
}

/// <summary>Refuses every key and says why.</summary>
sealed class UnsupportedShardRouter(int numDbs, KeyEncoding keyEncoding, string reason) : ShardRouter(numDbs, keyEncoding)
{
    /// <summary>Why, as a sentence.</summary>
    public string Reason => reason;

    public override bool IsByKeyAlone => false;

    public override int Route(ReadOnlySpan<byte> canonicalKey) => throw new ShardyFusionException(ErrorKind.ShardAssignment, reason)
    {
        RecommendedAction = "Read this snapshot with a version that supports its sharding, or export its rows instead.",
    };
}
