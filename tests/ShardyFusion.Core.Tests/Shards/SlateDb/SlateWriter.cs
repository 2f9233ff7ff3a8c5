using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>A row to write.</summary>
readonly record struct WrittenRow(byte[] Key, byte[]? Value, ulong Sequence, bool IsMerge = false);

/// <summary>Writes databases of format 2 that no golden one is like: many rows, chosen places of rows, other filters.</summary>
sealed class SlateWriter
{
    const int RestartInterval = 16, Probes = 6, BitsPerKey = 10;

    readonly List<(string Name, byte[] Bytes)> objects = [];
    readonly List<object?[]> tables = [];
    readonly List<object?[]> level0 = [];
    readonly List<object?[]> runs = [];
    ulong lastWal, nextId = 1;

    public int BlockBytes { get; init; } = 4096;

    public SlateCodec Codec { get; init; }

    public bool HasFilter { get; init; } = true;

    /// <summary>Named filters beside that of whole keys; keys are not to be asked of them.</summary>
    public bool HasPrefixFilter { get; init; }

    /// <summary>What the manifest says of rows in tables.</summary>
    public ulong LastTableSequence { get; set; }

    /// <summary>Adds a table; the newest first.</summary>
    public void AddLevel0(IEnumerable<WrittenRow> rows) => level0.Add(View(AddTable(rows)));

    /// <summary>Adds a sorted run of tables; the newest first.</summary>
    public void AddRun(params IEnumerable<WrittenRow>[] parts) =>
        runs.Add([(uint)(1000 - runs.Count), parts.Select(part => View(AddTable(part))).ToArray()]);

    /// <summary>Adds a log file.</summary>
    public void AddWal(IEnumerable<WrittenRow> rows) => objects.Add(($"wal/{++lastWal:D20}.sst", Serialise([.. rows], isWal: true).Bytes));

    /// <summary>Adds the empty file by which a writer fences others off.</summary>
    public void AddFence() => objects.Add(($"wal/{++lastWal:D20}.sst", []));

    object?[] AddTable(IEnumerable<WrittenRow> rows)
    {
        var (bytes, info) = Serialise([.. rows.OrderBy(row => row, Comparer<WrittenRow>.Create(static (left, right) =>
            left.Key.AsSpan().SequenceCompareTo(right.Key) is not 0 and var order ? order : right.Sequence.CompareTo(left.Sequence)))],
            isWal: false);
        object?[] id = [0UL, nextId++];
        tables.Add([id, info, (ushort)2]);
        objects.Add(($"compacted/{Ulid.ToText((0, (ulong)id[1]!))}.sst", bytes));
        return id;
    }

    object?[] View(object?[] table) => [new object?[] { 7UL, nextId++ }, table];

    /// <summary>Writes all objects.</summary>
    /// <param name="root">An empty folder.</param>
    /// <param name="change">Changes the manifest's fields; null to leave them.</param>
    public void WriteTo(string root, Action<object?[]>? change = null)
    {
        var fields = new object?[18];
        (fields[2], fields[3], fields[6], fields[8], fields[9], fields[10], fields[13]) =
            ((byte)1, 1UL, lastWal, tables.ToArray(), level0.ToArray(), runs.ToArray(), LastTableSequence);
        change?.Invoke(fields);
        objects.Add(("manifest/00000000000000000001.manifest", [0, 2, .. FlatWriter.Write(fields)]));
        foreach (var (name, bytes) in objects)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    (byte[] Bytes, object?[] Info) Serialise(WrittenRow[] rows, bool isWal)
    {
        using var file = new MemoryStream();
        var index = new List<object?[]>();
        for (var first = 0; first < rows.Length;)
        {
            var separator = isWal ? Sequence(rows[first]) : first == 0 ? [] : rows[first].Key;
            index.Add([(ulong)file.Position, separator]);
            AddPart(file, Block(rows, ref first), Codec);
        }
        var filterOffset = file.Position;
        if (HasFilter && !isWal)
            AddPart(file, Filter(rows), Codec);
        var filterBytes = file.Position - filterOffset;
        var indexOffset = file.Position;
        AddPart(file, FlatWriter.Write([index.ToArray()]), Codec);
        object?[] info =
        [
            isWal ? Sequence(rows[0]) : rows[0].Key,
            (ulong)indexOffset, (ulong)(file.Position - indexOffset), (ulong)filterOffset, (ulong)filterBytes,
            (byte)Codec, (byte)(isWal ? 1 : 0), isWal ? Sequence(rows[^1]) : rows[^1].Key, null, null, (byte)(HasPrefixFilter ? 1 : 0),
        ];
        var infoOffset = file.Position;
        AddPart(file, FlatWriter.Write(info), SlateCodec.None);
        file.Write(BigEndian((ulong)infoOffset));
        file.Write([0, 2]);
        return (file.ToArray(), info);
    }

    static byte[] Sequence(WrittenRow row) => BigEndian(row.Sequence);

    byte[] Block(WrittenRow[] rows, ref int next)
    {
        var bytes = new List<byte>();
        var offsets = new List<int>();
        byte[] before = [];
        for (var count = 0; next < rows.Length && (count == 0 || bytes.Count < BlockBytes); count++, next++)
        {
            var row = rows[next];
            if (count % RestartInterval == 0)
            {
                offsets.Add(bytes.Count);
                before = [];
            }
            var shared = before.AsSpan().CommonPrefixLength(row.Key);
            AddVarint(bytes, shared);
            AddVarint(bytes, row.Key.Length - shared);
            AddVarint(bytes, row.Value?.Length ?? 0);
            bytes.AddRange(row.Key.AsSpan(shared));
            bytes.AddRange(row.Value ?? []);
            bytes.AddRange(BigEndian(row.Sequence));
            bytes.Add((byte)((row.Value is null ? 1 : 0) | (row.IsMerge ? 8 : 0) | 4));
            bytes.AddRange(BigEndian(1_700_000_000_000));
            before = row.Key;
        }
        foreach (var offset in offsets.Append(offsets.Count))
            bytes.AddRange([(byte)(offset >> 8), (byte)offset]);
        return [.. bytes];
    }

    byte[] Filter(WrittenRow[] rows)
    {
        var bits = new byte[Math.Max(8, rows.Length * BitsPerKey / 8)];
        var size = 8UL * (ulong)bits.Length;
        foreach (var row in rows)
        {
            var hash = SipHash13.Hash(row.Key);
            var (at, step) = ((uint)hash % size, (hash >> 32) % size);
            for (var i = 0UL; i < Probes; i++)
            {
                step = (step + i) % size;
                bits[at >> 3] |= (byte)(1 << (int)(at & 7));
                at = (at + step) % size;
            }
        }
        byte[] whole = [0, Probes, .. bits];
        if (!HasPrefixFilter)
            return whole;
        // One that says no to everything, before the one of whole keys.
        byte[] prefix = [0, Probes, .. new byte[16]];
        return [0, 2, .. Named("_bf:p=3", prefix), .. Named("_bf", whole)];
    }

    static byte[] Named(string name, byte[] content) =>
        [0, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), .. BigEndian((ulong)content.Length), .. content];

    static void AddPart(MemoryStream file, byte[] content, SlateCodec codec)
    {
        var stored = Pack(content, codec);
        file.Write(stored);
        file.Write(BigEndian(Crc32.HashToUInt32(stored)).AsSpan(4));
    }

    static byte[] Pack(byte[] content, SlateCodec codec)
    {
        switch (codec)
        {
            case SlateCodec.None:
                return content;
            case SlateCodec.Zlib:
                using (var packed = new MemoryStream())
                {
                    using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
                        deflate.Write(content);
                    return packed.ToArray();
                }
            case SlateCodec.Lz4:
                var target = new byte[2 * content.Length + 64];
                if (!Lz4Block.TryCompress(content, target, new Lz4Block.Table(), out var written))
                    throw new InvalidOperationException("A block packed by LZ4 is more than twice as large.");
                var length = new byte[sizeof(uint)];
                BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)content.Length);
                return [.. length, .. target.AsSpan(0, written)];
            case SlateCodec.Zstd:
                using (var compressor = new ZstdSharp.Compressor())
                    return compressor.Wrap(content).ToArray();
            default:
                throw new ArgumentException($"This writer does not pack by {codec}.");
        }
    }

    static void AddVarint(List<byte> bytes, int number)
    {
        Span<byte> buffer = stackalloc byte[Varint.MaxLength64];
        bytes.AddRange(buffer[..Varint.Write(buffer, (ulong)number)]);
    }

    static byte[] BigEndian(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }
}
