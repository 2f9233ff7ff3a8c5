using System.Buffers.Binary;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Writing;

/// <summary>The data blocks of a table, encoded the plain way: the twin of the writer's hot code.</summary>
static class PlainEncoder
{
    public static byte[] DataBlocks(SstOptions options, IReadOnlyList<OracleRow> rows)
    {
        var file = new List<byte>();
        var block = new List<byte>();
        var restarts = new List<int>();
        byte[] last = [];
        var sinceRestart = 0;
        foreach (var row in rows)
        {
            // The stored key: user key, then (sequence number 0 << 8) | type 1 in eight little-endian bytes.
            byte[] key = [.. row.Key, 1, 0, 0, 0, 0, 0, 0, 0];
            var size = block.Count + 4 * restarts.Count + 4;
            var sizeAfter = size + key.Length + row.Value.Length + (sinceRestart >= options.RestartInterval ? 4 : 0) + 4
                + Length(key.Length) + Length(row.Value.Length);
            if (block.Count > 0 && (size >= options.BlockSizeBytes
                || (sizeAfter > options.BlockSizeBytes && size > (options.BlockSizeBytes * 90 + 99) / 100)))
            {
                Seal(file, block, restarts, options);
                sinceRestart = 0;
            }
            var shared = 0;
            if (block.Count == 0 || sinceRestart == options.RestartInterval)
            {
                restarts.Add(block.Count);
                sinceRestart = 0;
            }
            else
            {
                while (shared < Math.Min(last.Length, key.Length) && last[shared] == key[shared])
                    shared++;
            }
            Number(block, shared);
            Number(block, key.Length - shared);
            Number(block, row.Value.Length);
            block.AddRange(key.AsSpan(shared));
            block.AddRange(row.Value);
            last = key;
            sinceRestart++;
        }
        if (block.Count > 0)
            Seal(file, block, restarts, options);
        return [.. file];
    }

    static void Seal(List<byte> file, List<byte> block, List<int> restarts, SstOptions options)
    {
        foreach (var number in restarts.Append(restarts.Count))
            Fixed(block, number);
        block.Add(0);
        var checksum = options.Checksum == ShardChecksum.Crc32c ? ChecksumType.Crc32c : ChecksumType.XxHash3;
        Fixed(block, (int)BlockTrailer.Checksum(checksum, block.ToArray()));
        file.AddRange(block);
        block.Clear();
        restarts.Clear();
    }

    static void Fixed(List<byte> block, int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        block.AddRange(bytes);
    }

    static void Number(List<byte> block, int number)
    {
        for (; number >= 128; number >>= 7)
            block.Add((byte)(number | 128));
        block.Add((byte)number);
    }

    static int Length(int number) => number < 1 << 7 ? 1 : number < 1 << 14 ? 2 : number < 1 << 21 ? 3 : number < 1 << 28 ? 4 : 5;
}
