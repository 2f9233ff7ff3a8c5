namespace ShardyFusion.Building.Input;

/// <summary>Rows that lie in memory and can be read by number, by several threads at once.</summary>
/// <remarks>Best a struct: its members are then called without indirection, ten million times a second.</remarks>
public interface IRowTable
{
    /// <summary>Number of rows.</summary>
    long Count { get; }

    /// <summary>True when <see cref="IntegerKey"/> gives the keys, false when <see cref="TextKey"/> does.</summary>
    bool HasIntegerKeys { get; }

    /// <summary>Key of a row, 0 to 2^63 - 1.</summary>
    /// <param name="row">From 0.</param>
    long IntegerKey(long row);

    /// <summary>Key of a row as UTF-8; valid until the calling thread's next call.</summary>
    /// <param name="row">From 0.</param>
    ReadOnlySpan<byte> TextKey(long row);

    /// <summary>Encoded value of a row; valid until the calling thread's next call.</summary>
    /// <param name="row">From 0.</param>
    ReadOnlySpan<byte> Value(long row);

    /// <summary>True when all that <see cref="TextKey"/> and <see cref="Value"/> return stays valid and unchanged until the build has
    /// ended, so that rows need not be copied.</summary>
    bool KeepsRows => false;
}
