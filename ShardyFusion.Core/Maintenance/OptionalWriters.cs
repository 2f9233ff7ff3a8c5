using ShardyFusion.Errors;

namespace ShardyFusion.Maintenance;

/// <summary>Finds the assembly that writes databases. It is loaded with the first of them.</summary>
static class OptionalWriters
{
    static readonly Lazy<IDatabaseWriter?> Writer = new(() =>
        Type.GetType("ShardyFusion.RocksDb.RocksDbWriter, ShardyFusion.RocksDb") is { } type
            ? (IDatabaseWriter?)Activator.CreateInstance(type) : null);

    /// <summary>Writes RocksDB databases.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: its assembly is not there.</exception>
    public static IDatabaseWriter RocksDb => Writer.Value ?? throw new ShardyFusionException(ErrorKind.ConfigValidation,
        "RocksDB databases are written by the assembly ShardyFusion.RocksDb, which is not there.")
    {
        RecommendedAction = "Put ShardyFusion.RocksDb.dll beside ShardyFusion.Core.dll, or reference the package ShardyFusion.RocksDb.",
    };
}
