using System.Buffers.Binary;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>The bytes of one FlatBuffer that nobody vouches for: each offset is checked before it is followed.</summary>
/// <remarks>
/// A buffer without a checksum is read strictly: with an account of who owns each byte. No byte may have two owners, and one that
/// nobody owns must be zero. That tells a changed length, offset or field table, and no claim of the buffer makes more work than it
/// has bytes.
/// </remarks>
/// <param name="bytes">The buffer.</param>
/// <param name="origin">Where it starts in its file, for errors.</param>
/// <param name="isStrict">True to keep account of its bytes.</param>
sealed class FlatBuffer(ReadOnlyMemory<byte> bytes, BlockOrigin origin, bool isStrict)
{
    enum Owner : byte { Nobody, Layout, Content }

    readonly Owner[]? owners = isStrict ? new Owner[bytes.Length] : null;

    /// <summary>Bytes of the buffer.</summary>
    public int Length => bytes.Length;

    /// <summary>True when a table had fields that this reader does not know; what they own is unknown then.</summary>
    public bool HasUnknownFields { get; set; }

    /// <summary>The outermost table.</summary>
    /// <param name="knownFields">Fields that this reader knows of it.</param>
    public FlatTable Root(int knownFields) => new(this, FollowAt(0), knownFields);

    /// <summary>Bytes of the content. In a strict buffer each is given out once.</summary>
    /// <exception cref="ShardCorruptException">They are not in the buffer, or belong to something else.</exception>
    public ReadOnlySpan<byte> Take(long at, long count)
    {
        var taken = Slice(at, count);
        if (owners is not null)
        {
            var owned = owners.AsSpan((int)at, (int)count);
            if (owned.ContainsAnyExcept(Owner.Nobody))
                throw Fault(at, "two things claim the same bytes");
            owned.Fill(Owner.Content);
        }
        return taken;
    }

    /// <summary>Bytes of a table's layout, which tables of the same shape share.</summary>
    public ReadOnlySpan<byte> TakeLayout(long at, long count)
    {
        var taken = Slice(at, count);
        if (owners is not null)
        {
            var owned = owners.AsSpan((int)at, (int)count);
            if (owned.Contains(Owner.Content))
                throw Fault(at, "a table's layout overlaps something else");
            owned.Fill(Owner.Layout);
        }
        return taken;
    }

    /// <summary>Follows the offset at <paramref name="at"/>; whether its target lies inside is checked when that is read.</summary>
    public long FollowAt(long at) => at + BinaryPrimitives.ReadUInt32LittleEndian(Take(at, sizeof(uint)));

    /// <summary>Ends a strict reading.</summary>
    /// <exception cref="ShardCorruptException">A byte is set that belongs to nothing.</exception>
    public void RequireNothingLeft()
    {
        if (owners is null || HasUnknownFields)
            return;
        var content = bytes.Span;
        for (var at = 0; at < owners.Length; at++)
            if (owners[at] == Owner.Nobody && content[at] != 0)
                throw Fault(at, "a byte is set that belongs to nothing");
    }

    ReadOnlySpan<byte> Slice(long at, long count)
    {
        if (at < 0 || count < 0 || at + count > bytes.Length)
            throw Fault(Math.Clamp(at, 0, bytes.Length), $"{count} bytes at {at} are not in a buffer of {bytes.Length}");
        return bytes.Span.Slice((int)at, (int)count);
    }

    /// <summary>A fault at a place of the buffer.</summary>
    public ShardCorruptException Fault(long at, string reason) => new(origin.File, origin.Offset + at, reason);
}
