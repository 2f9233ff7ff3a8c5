namespace ShardyFusion.Parquet.Pages;

/// <summary>The bytes of one file, read at any place. Safe for concurrent callers.</summary>
interface IFileBytes : IDisposable
{
    /// <summary>Number of bytes.</summary>
    long Length { get; }

    /// <summary>How many bytes to ask for at a time where few would do.</summary>
    int ReadBytes { get; }

    /// <summary>Reads all of a range that lies within the file.</summary>
    /// <exception cref="IOException">It cannot be read, or ends earlier than <see cref="Length"/> says.</exception>
    void Read(long offset, Memory<byte> target);
}
