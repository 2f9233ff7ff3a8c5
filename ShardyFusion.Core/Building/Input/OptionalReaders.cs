using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>Finds the assemblies that read inputs of other formats. Each is loaded with the first such input.</summary>
static class OptionalReaders
{
    static readonly Lazy<IInputReader?> Parquet = new(() =>
        Type.GetType("ShardyFusion.Parquet.ParquetReader, ShardyFusion.Parquet") is { } type
            ? (IInputReader?)Activator.CreateInstance(type) : null);

    /// <summary>The reader of a format; null when the format is text.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: its assembly is not there.</exception>
    public static IInputReader? For(InputFormat format) => format switch
    {
        InputFormat.Parquet => Parquet.Value ?? throw new ShardyFusionException(ErrorKind.ConfigValidation,
            "Parquet is read by the assembly ShardyFusion.Parquet, which is not there.")
        {
            RecommendedAction = "Put ShardyFusion.Parquet.dll beside ShardyFusion.Core.dll, or reference the package ShardyFusion.Parquet.",
        },
        _ => null,
    };
}
