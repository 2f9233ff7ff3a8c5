using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Chooses how an input is read. Stateless.</summary>
static class RowSources
{
    /// <summary>Longest beginning that a format is known by.</summary>
    const int MagicBytes = 4;

    static ReadOnlySpan<byte> ParquetMagic => "PAR1"u8;

    /// <summary>The source of an input's rows.</summary>
    /// <param name="file">The input.</param>
    /// <param name="values">The build's value encoder.</param>
    /// <param name="workers">Threads, at least 1.</param>
    public static IRowSource Of(InputFile file, ValueEncoder values, int workers) =>
        OptionalReaders.For(FormatOf(file))?.Rows(file, values, workers) ?? new FileRowSource(file, values, workers);

    /// <summary>The format of an input, as far as it is told without its text: <see cref="InputFormat.Auto"/> for text that says nothing
    /// else.</summary>
    public static InputFormat FormatOf(InputFile file)
    {
        if (file.Format != InputFormat.Auto || file.Path is not { } path) return file.Format;
        if (file.IsRemote && path[^1] == '/') return InputFormat.Parquet;
        if (Path.GetExtension(path).ToUpperInvariant() is ".PARQUET" or ".PARQ") return InputFormat.Parquet;
        if (file.IsRemote) return InputFormat.Auto;
        if (Directory.Exists(path)) return HoldsParquet(path) ? InputFormat.Parquet : InputFormat.Auto;
        return BeginsAsParquet(path) ? InputFormat.Parquet : InputFormat.Auto;
    }

    static bool HoldsParquet(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What cannot be opened is told of by who reads it.</summary>
    static bool BeginsAsParquet(string path)
    {
        try
        {
            // A pipe would lose what is looked at.
            if (!File.Exists(path) || new FileInfo(path).Length < MagicBytes) return false;
            using var handle = File.OpenHandle(path);
            Span<byte> head = stackalloc byte[MagicBytes];
            return RandomAccess.Read(handle, head, 0) == MagicBytes && head.SequenceEqual(ParquetMagic);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }
}
