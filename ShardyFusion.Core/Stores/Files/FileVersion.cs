using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.Stores.Files;

/// <summary>The version of a file, as an ETag: write time, length and, for small files, the beginning of the content's SHA-256.</summary>
/// <remarks>
/// A hash alone would call A, then B, then A again the first version. Every write through this store moves the time forward by at least
/// one tick (100 ns), whatever the clock does; the hash catches other programs that write within one tick of the file system's clock or set
/// the time back.
/// </remarks>
static class FileVersion
{
    /// <summary>Files up to this size are hashed: pointers, manifests and run records are smaller, shards are written once.</summary>
    public const int HashedBytes = 64 * 1024;

    public static string Of(DateTime writtenUtc, long lengthBytes, ReadOnlySpan<byte> contentWhenSmall)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"\"{writtenUtc.Ticks:x}-{lengthBytes:x}");
        if (lengthBytes > HashedBytes)
            return version + "\"";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(contentWhenSmall, hash);
        return $"{version}-{Convert.ToHexStringLower(hash[..8])}\"";
    }

    public static string Of(SafeFileHandle file, out long lengthBytes, out DateTime writtenUtc)
    {
        lengthBytes = RandomAccess.GetLength(file);
        writtenUtc = File.GetLastWriteTimeUtc(file);
        if (lengthBytes > HashedBytes)
            return Of(writtenUtc, lengthBytes, default);
        var content = new byte[lengthBytes];
        return Of(writtenUtc, lengthBytes, content.AsSpan(0, ReadFully(file, content, 0)));
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public static int ReadFully(SafeFileHandle file, Span<byte> destination, long offset)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var read = RandomAccess.Read(file, destination[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }
}
