using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Fuzz;

/// <summary>Damages tables at random: cut, spliced, bytes changed, lengths that lie, above and below the checksums.</summary>
static class TableDamage
{
    /// <summary>One damaged copy.</summary>
    /// <returns>CanTell: the checksums can tell the damage, so that every answer must be right.</returns>
    public static (byte[] File, bool CanTell) Make(FuzzTable table, Random random, IReadOnlyList<FuzzTable> all)
    {
        var hasChecksums = table.Blocks.Checksum != ChecksumType.None;
        var file = (byte[])table.File.Clone();
        switch (random.Next(14))
        {
            case 0:
                return (file[..random.Next(file.Length)], hasChecksums);
            case 1:
                var other = all[random.Next(all.Count)].File;
                return ([.. file.AsSpan(0, random.Next(file.Length)), .. other.AsSpan(random.Next(other.Length))], false);
            case 2:
                var from = random.Next(file.Length);
                return ([.. file.AsSpan(0, from), .. file.AsSpan(Math.Min(file.Length, from + random.Next(1, 64)))], hasChecksums);
            case < 5:
                DamageRange(file, 0, file.Length, random);
                return (file, hasChecksums);
            case < 9:
                // The second lie finds its number where the first did not move it.
                for (var i = random.Next(1, 3); i > 0; i--)
                {
                    var field = table.Fields[random.Next(table.Fields.Count)];
                    TableLies.Tell(file, table.Blocks, field, TableLies.Lie(file, field, random));
                }
                return (file, false);
            default:
                // Below a right checksum, so that the parsers behind it are reached; metadata blocks as often as data blocks.
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    var block = random.Next(2) == 0
                        ? table.Blocks.All[random.Next(table.Blocks.All.Count)]
                        : table.Blocks.All[random.Next(table.Blocks.DataCount, table.Blocks.All.Count)];
                    DamageRange(file, (int)block.Offset, block.Length - 4, random);
                    table.Blocks.FixChecksum(file, block);
                }
                return (file, false);
        }
    }

    static void DamageRange(byte[] file, int start, int length, Random random)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = start + random.Next(length);
            var left = start + length - at;
            switch (random.Next(6))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file.AsSpan(at, Math.Min(left, random.Next(1, 10))).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0);
                    break;
                case 3 when left >= 4:
                    int[] limits = [int.MaxValue, int.MinValue, -1, 0, 1, file.Length, file.Length - 5, 1 << 28, 1 << 30];
                    BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), limits[random.Next(limits.Length)]);
                    break;
                case 4:
                    var count = Math.Min(left, random.Next(1, 32));
                    file.AsSpan(start + random.Next(length - count + 1), count).ToArray().CopyTo(file.AsSpan(at));
                    break;
                default:
                    file[at] = (byte)(file[at] + random.Next(-2, 3));
                    break;
            }
        }
    }
}
