using System.Security.Cryptography;
using ShardyFusion.Errors;
using ShardyFusion.Sst;

namespace ShardyFusion.Reading;

/// <summary>Copies one shard object to a file and checks its hash on the way.</summary>
static class ShardDownload
{
    /// <summary>Bytes of one request.</summary>
    const int PartBytes = 8 << 20;

    /// <summary>Parts asked for ahead of the one that is written: together they bound the memory.</summary>
    const int PartsAhead = 4;

    /// <param name="source">The object.</param>
    /// <param name="sha256">Its hash, lower-case hex.</param>
    /// <param name="path">The file to create.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="ShardCorruptException">The object is shorter than it should be, or has another hash.</exception>
    public static async Task RunAsync(IShardSource source, string sha256, string path, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, source.Length);
        var parts = new Queue<Task<byte[]>>();
        try
        {
            for (long asked = 0, written = 0; written < source.Length;)
            {
                for (; asked < source.Length && parts.Count < PartsAhead; asked += PartBytes)
                    parts.Enqueue(ReadPartAsync(source, asked, stop.Token));
                var bytes = await parts.Dequeue().ConfigureAwait(false);
                hash.AppendData(bytes);
                await RandomAccess.WriteAsync(file, bytes, written, cancellationToken).ConfigureAwait(false);
                written += bytes.Length;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != sha256)
            throw new ShardCorruptException(source.Name, 0, $"its SHA-256 is {found} where the manifest says {sha256}");
        RandomAccess.FlushToDisk(file);
    }

    static async Task<byte[]> ReadPartAsync(IShardSource source, long offset, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(PartBytes, source.Length - offset)];
        await source.ReadExactlyAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static async Task<string> HashFileAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}
