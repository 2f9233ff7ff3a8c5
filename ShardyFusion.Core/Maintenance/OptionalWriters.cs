using System.Diagnostics.CodeAnalysis;
using ShardyFusion.Errors;

namespace ShardyFusion.Maintenance;

/// <summary>Finds the assemblies that write other formats. Each is loaded with the first export of its format.</summary>
static class OptionalWriters
{
    static readonly Lazy<IDatabaseWriter?> Databases = new(() =>
        Create<IDatabaseWriter>(Type.GetType("ShardyFusion.RocksDb.RocksDbWriter, ShardyFusion.RocksDb")));

    static readonly Lazy<IRowFileWriter?> Files = new(() =>
        Create<IRowFileWriter>(Type.GetType("ShardyFusion.Parquet.ParquetWriter, ShardyFusion.Parquet")));

    /// <summary>Writes RocksDB databases.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: its assembly is not there.</exception>
    public static IDatabaseWriter RocksDb => Databases.Value ?? throw Missing("RocksDB databases are", "ShardyFusion.RocksDb");

    /// <summary>Writes Parquet.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: its assembly is not there.</exception>
    public static IRowFileWriter Parquet => Files.Value ?? throw Missing("Parquet is", "ShardyFusion.Parquet");

    static T? Create<T>([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type)
        where T : class => type is null ? null : (T?)Activator.CreateInstance(type);

    static ShardyFusionException Missing(string what, string assembly) =>
        new(ErrorKind.ConfigValidation, $"{what} written by the assembly {assembly}, which is not there.")
        {
            RecommendedAction = $"Put {assembly}.dll beside ShardyFusion.Core.dll, or reference the package {assembly}.",
        };
}
