using ShardyFusion.Errors;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Where the files of an input lie. Safe for concurrent callers.</summary>
interface IInputFolder : IAsyncDisposable
{
    /// <summary>The files, by their paths below the input with slashes, in no order; one empty path when the input is a file.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the input is not there.</exception>
    Task<List<string>> FindAsync(CancellationToken cancellationToken);

    /// <summary>What messages call a file.</summary>
    string NameOf(string path);

    /// <summary>Opens a file for the first time.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    (IFileBytes Bytes, string? Version) Open(string path);

    /// <summary>Opens a file again.</summary>
    /// <exception cref="IOException">It cannot be opened, or is not what it was.</exception>
    IFileBytes Reopen(string path, long length, string? version);
}
