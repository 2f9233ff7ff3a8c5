using System.Diagnostics.CodeAnalysis;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>Finds the assemblies that read inputs of other formats. Each is loaded with the first such input.</summary>
static class OptionalReaders
{
    static readonly Lazy<IInputReader?> Parquet = new(() =>
        Create(Type.GetType("ShardyFusion.Parquet.ParquetReader, ShardyFusion.Parquet")));

    static readonly Lazy<IInputReader?> RocksDb = new(() =>
        Create(Type.GetType("ShardyFusion.RocksDb.RocksDbReader, ShardyFusion.RocksDb")));

    /// <summary>The reader of a format; null when the format is text.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: its assembly is not there.</exception>
    public static IInputReader? For(InputFormat format) => format switch
    {
        InputFormat.Parquet => Parquet.Value ?? throw Missing("Parquet is", "ShardyFusion.Parquet"),
        InputFormat.RocksDb => RocksDb.Value ?? throw Missing("RocksDB databases are", "ShardyFusion.RocksDb"),
        _ => null,
    };

    static IInputReader? Create([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type) =>
        type is null ? null : (IInputReader?)Activator.CreateInstance(type);

    static ShardyFusionException Missing(string what, string assembly) =>
        new(ErrorKind.ConfigValidation, $"{what} read by the assembly {assembly}, which is not there.")
        {
            RecommendedAction = $"Put {assembly}.dll beside ShardyFusion.Core.dll, or reference the package {assembly}.",
        };
}
