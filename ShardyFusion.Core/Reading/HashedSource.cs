using System.Security.Cryptography;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>Hashes a file while it is read from its front to its end; reads elsewhere pass by. For one reader, one read at a
/// time.</summary>
/// <param name="inner">The file.</param>
sealed class HashedSource(IShardSource inner) : IShardSource, IDisposable
{
    const int PartBytes = 4 << 20;

    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long Length => inner.Length;

    /// <summary>Bytes from the front that are hashed so far.</summary>
    public long HashedBytes { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await inner.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (offset == HashedBytes)
        {
            hash.AppendData(destination.Span[..read]);
            HashedBytes += read;
        }
        return read;
    }

    /// <summary>Reads what nobody has read yet.</summary>
    /// <returns>SHA-256 of the whole file, lower-case hex.</returns>
    /// <exception cref="Errors.ShardCorruptException">The file is shorter than it should be.</exception>
    public async Task<string> FinishAsync(CancellationToken cancellationToken)
    {
        var part = new byte[Math.Min(PartBytes, Length - HashedBytes)];
        while (HashedBytes < Length)
            await this.ReadExactlyAsync(HashedBytes, part.AsMemory(0, (int)Math.Min(part.Length, Length - HashedBytes)), cancellationToken)
                .ConfigureAwait(false);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => hash.Dispose();
}
