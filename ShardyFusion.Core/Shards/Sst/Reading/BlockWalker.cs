using System.Buffers;
using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>How the entries of a block are to be read.</summary>
/// <param name="TrailerBytes">8 when keys end with sequence number and type, else 0.</param>
/// <param name="HasValueLengths">False for index blocks with delta-encoded values, whose reader must <see cref="BlockWalker.Consume"/> each
/// value.</param>
/// <param name="MayRepeatKeys">True when neighbours may have equal user keys (several versions of one key).</param>
readonly record struct EntryRules(int TrailerBytes, bool HasValueLengths, bool MayRepeatKeys);

/// <summary>
/// Walks all entries of one unpacked block in order and checks everything on the way: lengths, restart points, key order.
/// Holds no span, so it can live in a field; the caller hands in the same block each time. Not safe for concurrent callers.
/// </summary>
struct BlockWalker(EntryRules rules) : IDisposable
{
    BlockOrigin origin;
    BlockLayout layout;
    byte[] key = [];
    int keyBytes, next, restartsSeen;
    // What restart point `restartsSeen` names; beyond all entries when there is none left.
    uint nextRestart;

    /// <summary>The entry's key without its trailer. Valid until the next move.</summary>
    public readonly ReadOnlySpan<byte> Key => key.AsSpan(0, keyBytes - rules.TrailerBytes);

    /// <summary>The eight bytes after the user key; empty for plain keys.</summary>
    public readonly ReadOnlySpan<byte> Trailer => key.AsSpan(keyBytes - rules.TrailerBytes, rules.TrailerBytes);

    /// <summary>Bytes that the key shares with the one before.</summary>
    public int SharedBytes { get; private set; }

    /// <summary>Where the value starts in the block.</summary>
    public int ValueStart { get; private set; }

    /// <summary>The value's bytes; without value lengths, all bytes up to the end of the entries.</summary>
    public int ValueBytes { get; private set; }

    /// <summary>True from the last restart point on.</summary>
    public readonly bool IsInLastInterval => restartsSeen == layout.RestartCount;

    /// <summary>Goes before the first entry of a block.</summary>
    public void Open(ReadOnlySpan<byte> block, in BlockOrigin blockOrigin)
    {
        origin = blockOrigin;
        layout = BlockLayout.Read(block, origin);
        keyBytes = next = restartsSeen = 0;
        nextRestart = layout.Restart(block, 0);
    }

    /// <summary>The key at the last restart point, without its trailer; empty when there is none, which the walk will find out.</summary>
    public readonly ReadOnlySpan<byte> PeekLastRestartKey(ReadOnlySpan<byte> block)
    {
        var at = layout.Restart(block, layout.RestartCount - 1);
        if (at >= (uint)layout.EntriesEnd || !ReadHeader(block[(int)at..layout.EntriesEnd], out _, out var unshared, out _,
            out var headerBytes))
            return default;
        var left = layout.EntriesEnd - (int)at - headerBytes;
        return unshared < (uint)rules.TrailerBytes || unshared > (uint)left
            ? default
            : block.Slice((int)at + headerBytes, (int)unshared - rules.TrailerBytes);
    }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="Errors.ShardCorruptException">The entry contradicts the block or the one before it.</exception>
    public bool MoveNext(ReadOnlySpan<byte> block)
    {
        if (next >= layout.EntriesEnd)
        {
            CheckEnd(block);
            return false;
        }
        var entries = block[..layout.EntriesEnd];
        var at = next;
        if (!ReadHeader(entries[at..], out var shared, out var unshared, out var valueBytes, out var headerBytes))
            throw origin.Fault(at, "an entry's lengths are not readable");
        at += headerBytes;
        if (shared > (uint)keyBytes)
            throw origin.Fault(next, $"an entry shares {shared} bytes with a key of {keyBytes}");
        if (unshared + (ulong)valueBytes > (ulong)(entries.Length - at))
            throw origin.Fault(next, $"an entry claims {unshared} + {valueBytes} bytes, {entries.Length - at} are left");
        if (shared + unshared < (uint)rules.TrailerBytes)
            throw origin.Fault(next, "an entry's key is shorter than its sequence number");
        if (nextRestart <= (uint)next)
            PassRestart(block, shared);
        var suffix = entries.Slice(at, (int)unshared);
        CheckOrder((int)shared, suffix);
        Append((int)shared, suffix);
        SharedBytes = (int)shared;
        ValueStart = at + (int)unshared;
        ValueBytes = rules.HasValueLengths ? (int)valueBytes : entries.Length - ValueStart;
        next = ValueStart + ValueBytes;
        return true;
    }

    /// <summary>Says how long the value was, in blocks without value lengths.</summary>
    public void Consume(int valueBytes) => next = ValueStart + valueBytes;

    /// <summary>A fault at the current entry.</summary>
    public readonly Errors.ShardCorruptException Fault(string reason) => origin.Fault(ValueStart, reason);

    /// <summary>Gives the key buffer back.</summary>
    public void Dispose()
    {
        if (key.Length > 0)
            ArrayPool<byte>.Shared.Return(key);
        key = [];
        keyBytes = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly bool ReadHeader(ReadOnlySpan<byte> source, out uint shared, out uint unshared, out uint valueBytes, out int length)
    {
        // Most entries: three lengths of one byte each.
        if (source.Length >= 3 && rules.HasValueLengths && (source[0] | source[1] | source[2]) < 0x80)
        {
            (shared, unshared, valueBytes, length) = (source[0], source[1], source[2], 3);
            return true;
        }
        return ReadLongHeader(source, out shared, out unshared, out valueBytes, out length);
    }

    readonly bool ReadLongHeader(ReadOnlySpan<byte> source, out uint shared, out uint unshared, out uint valueBytes, out int length)
    {
        unshared = valueBytes = 0;
        if (!Varint.TryRead32(source, out shared, out length) || !Varint.TryRead32(source[length..], out unshared, out var second))
            return false;
        length += second;
        if (!rules.HasValueLengths)
            return true;
        if (!Varint.TryRead32(source[length..], out valueBytes, out var third))
            return false;
        length += third;
        return true;
    }

    void PassRestart(ReadOnlySpan<byte> block, uint shared)
    {
        if (nextRestart < (uint)next || shared != 0)
            throw origin.Fault(next, $"restart point {restartsSeen} names {nextRestart}, where no full key starts");
        restartsSeen++;
        nextRestart = restartsSeen < layout.RestartCount ? layout.Restart(block, restartsSeen) : uint.MaxValue;
    }

    readonly void CheckEnd(ReadOnlySpan<byte> block)
    {
        var isEmpty = layout is { EntriesEnd: 0, RestartCount: 1 } && layout.Restart(block, 0) == 0;
        if (restartsSeen != layout.RestartCount && !isEmpty)
            throw origin.Fault(next, $"{layout.RestartCount - restartsSeen} restart points lie outside the entries");
    }

    // Compares user keys without putting the new key together: both start with `shared` equal bytes.
    readonly void CheckOrder(int shared, ReadOnlySpan<byte> suffix)
    {
        // The usual case: the first byte after the shared ones is greater. A byte of the old key's trailer proves nothing.
        if (keyBytes == 0 || (shared < keyBytes - rules.TrailerBytes && suffix.Length > rules.TrailerBytes && suffix[0] > key[shared]))
            return;
        var oldBytes = keyBytes - rules.TrailerBytes;
        var newBytes = shared + suffix.Length - rules.TrailerBytes;
        int order;
        if (shared >= oldBytes)
            order = newBytes.CompareTo(oldBytes);
        else if (shared >= newBytes)
            order = -1;
        else
            order = suffix[..(newBytes - shared)].SequenceCompareTo(key.AsSpan(shared, oldBytes - shared));
        if (order < 0 || (order == 0 && !rules.MayRepeatKeys))
            throw origin.Fault(next, order < 0 ? "keys are out of order" : "a key appears twice");
    }

    void Append(int shared, ReadOnlySpan<byte> suffix)
    {
        keyBytes = shared + suffix.Length;
        if (key.Length < keyBytes)
        {
            // At most twice the block: all bytes of a key were bytes of this block.
            var larger = ArrayPool<byte>.Shared.Rent(keyBytes);
            key.AsSpan(0, shared).CopyTo(larger);
            if (key.Length > 0)
                ArrayPool<byte>.Shared.Return(key);
            key = larger;
        }
        suffix.CopyTo(key.AsSpan(shared));
    }
}
