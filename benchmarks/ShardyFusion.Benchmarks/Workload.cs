using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Benchmarks;

/// <summary>Rows of fixed length that every engine gets from the same file: key, value, key, value, …</summary>
/// <param name="Name">Short name.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="HasIntegerKeys">8 bytes big-endian; else <c>user-%012d</c>.</param>
/// <param name="ValueBytes">Bytes of a value; its second half repeats the first.</param>
sealed record Workload(string Name, long Rows, bool HasIntegerKeys, int ValueBytes)
{
    /// <summary>8-byte keys in random order, 100-byte values.</summary>
    public static Workload A(long rows = 10_000_000) => new("A", rows, true, 100);

    /// <summary>Text keys, 1,000-byte values.</summary>
    public static Workload B(long rows = 2_000_000) => new("B", rows, false, 1000);

    public int KeyBytes => HasIntegerKeys ? 8 : 17;

    public int RowBytes => KeyBytes + ValueBytes;

    /// <summary>The i-th key's integer: distinct for distinct i, below 2^62, in no order.</summary>
    static ulong Scatter(ulong i)
    {
        // Each step can be undone (an odd multiplier and an xor-shift within 62 bits), so no two numbers meet.
        const ulong mask = (1UL << 62) - 1;
        i = i * 0x9E3779B97F4A7C15UL & mask;
        i ^= i >> 31;
        return i * 0xD6E8FEB86659FD93UL & mask;
    }

    /// <summary>Writes the key of row <paramref name="row"/>; rows from <see cref="Rows"/> on are keys that no snapshot of this workload
    /// has.</summary>
    public void WriteKey(long row, Span<byte> key)
    {
        if (HasIntegerKeys) BinaryPrimitives.WriteUInt64BigEndian(key, Scatter((ulong)row));
        // A multiplier without a common factor with 10^12 permutes the numbers below it.
        else Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user-{row * 7_654_321 % 1_000_000_000_000:D12}"), key);
    }

    /// <summary>The rows file, made unless it is there.</summary>
    public string RowsFile(string folder)
    {
        var path = Path.Combine(folder, $"{Name}-{Rows}-{ValueBytes}.rows");
        if (File.Exists(path) && new FileInfo(path).Length == Rows * RowBytes) return path;
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var random = new Random(20_260_314);
        var row = new byte[RowBytes];
        for (long i = 0; i < Rows; i++)
        {
            WriteKey(i, row);
            var value = row.AsSpan(KeyBytes);
            random.NextBytes(value[..(ValueBytes / 2)]);
            value[..(ValueBytes / 2)].CopyTo(value[(ValueBytes / 2)..]);
            file.Write(row);
        }
        return path;
    }

    /// <summary>A file of keys to look up, in random order.</summary>
    public string KeysFile(string folder, int count, bool present)
    {
        var path = Path.Combine(folder, $"{Name}-{Rows}-{(present ? "hit" : "miss")}-{count}.keys");
        if (File.Exists(path)) return path;
        var random = new Random(present ? 1 : 2);
        var keys = new byte[(long)count * KeyBytes];
        for (var i = 0; i < count; i++)
            WriteKey(random.NextInt64(Rows) + (present ? 0 : Rows), keys.AsSpan(i * KeyBytes, KeyBytes));
        File.WriteAllBytes(path, keys);
        return path;
    }
}
