using System.Buffers.Binary;
using System.Text;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Blocks of named entries in bytewise order of their names: table properties and metaindex.</summary>
sealed class PropertyBlock
{
    readonly SortedDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds a number, stored as a varint.</summary>
    public PropertyBlock Number(string name, long value)
    {
        Span<byte> bytes = stackalloc byte[Varint.MaxLength64];
        return Raw(name, bytes[..Varint.Write(bytes, (ulong)value)]);
    }

    /// <summary>Adds text.</summary>
    public PropertyBlock Text(string name, string value) => Raw(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds a 32-bit number of fixed width.</summary>
    public PropertyBlock Fixed32(string name, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(name, bytes);
    }

    /// <summary>Adds a 64-bit number of fixed width.</summary>
    public PropertyBlock Fixed64(string name, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(name, bytes);
    }

    /// <summary>Adds where a block lies.</summary>
    public PropertyBlock Handle(string name, BlockHandle handle)
    {
        Span<byte> bytes = stackalloc byte[BlockHandle.MaxEncodedLength];
        return Raw(name, bytes[..handle.Write(bytes)]);
    }

    PropertyBlock Raw(string name, ReadOnlySpan<byte> value)
    {
        _entries.Add(name, value.ToArray());
        return this;
    }

    /// <summary>Appends the block, without its trailer.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="restartInterval">Entries from one whole name to the next.</param>
    public void AppendTo(TableBuffer target, int restartInterval)
    {
        var start = target.Length;
        var restarts = new List<int>();
        var previous = Array.Empty<byte>();
        var sinceRestart = restartInterval;
        foreach (var (text, value) in _entries)
        {
            var name = Encoding.ASCII.GetBytes(text);
            var shared = 0;
            if (sinceRestart == restartInterval)
            {
                restarts.Add(target.Length - start);
                sinceRestart = 0;
            }
            else
            {
                shared = name.AsSpan().CommonPrefixLength(previous);
            }
            target.AppendVarint((uint)shared);
            target.AppendVarint((uint)(name.Length - shared));
            target.AppendVarint((uint)value.Length);
            target.Append(name.AsSpan(shared));
            target.Append(value);
            previous = name;
            sinceRestart++;
        }
        foreach (var restart in restarts)
            target.AppendFixed32((uint)restart);
        target.AppendFixed32((uint)restarts.Count);
    }
}
