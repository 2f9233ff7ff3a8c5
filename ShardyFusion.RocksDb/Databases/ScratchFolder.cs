namespace ShardyFusion.RocksDb.Databases;

/// <summary>A folder of this process alone, for the library's own log; gone when it is disposed of, as far as the system allows.</summary>
sealed class ScratchFolder : IDisposable
{
    /// <summary>Full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("shardyfusion-rocksdb-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A log that is still open stays, on Windows: it harms nobody.
        }
    }
}
