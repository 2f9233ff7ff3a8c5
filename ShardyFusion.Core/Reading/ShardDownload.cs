using System.Security.Cryptography;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>Copies one shard object to a file and checks its hash on the way.</summary>
static class ShardDownload
{
    /// <param name="source">The object.</param>
    /// <param name="sha256">Its hash, lower-case hex.</param>
    /// <param name="path">The file to create.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="ShardCorruptException">The object is shorter than it should be, or has another hash.</exception>
    public static async Task RunAsync(IShardSource source, string sha256, string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, source.Length);
        PrivateFiles.Restrict(file);
        var found = await CopyAsync().ConfigureAwait(false);
        // A bit may have flipped on the way here: what is damaged twice is damaged on the store.
        if (found != sha256) found = await CopyAsync().ConfigureAwait(false);
        if (found != sha256)
            throw new ShardCorruptException(source.Name, 0, $"its SHA-256 is {found} where the manifest says {sha256}");
        RandomAccess.FlushToDisk(file);

        async Task<string> CopyAsync()
        {
            var written = 0L;
            return await ShardStream.ReadAsync(source, async part =>
            {
                await RandomAccess.WriteAsync(file, part, written, cancellationToken).ConfigureAwait(false);
                written += part.Length;
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static async Task<string> HashFileAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20,
            FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}
