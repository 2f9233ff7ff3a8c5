using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Building;

/// <summary>Applies the row-error policy. Safe for concurrent callers.</summary>
sealed class RowErrors : IDisposable
{
    const int MaxSamples = 10;

    readonly BuildOptions options;
    readonly Lock gate = new();
    readonly List<string> samples = [];
    StreamWriter? rejectFile;

    public RowErrors(BuildOptions options) => this.options = options;

    /// <summary>Goes on from rows that were left out elsewhere.</summary>
    public RowErrors(BuildOptions options, long count, IEnumerable<string> samples) : this(options)
    {
        Count = count;
        this.samples.AddRange(samples.Take(MaxSamples));
    }

    /// <summary>Rows left out so far.</summary>
    public long Count { get; private set; }

    /// <summary>The first few, as messages.</summary>
    public IReadOnlyList<string> Samples
    {
        get { lock (gate) return [.. samples]; }
    }

    /// <summary>Creates the reject file, so that a build does not find out late that it cannot.</summary>
    public void Open()
    {
        if (options.OnRowError != RowErrorPolicy.Reject) return;
        try
        {
            rejectFile = new StreamWriter(options.RejectPath!, append: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Reject file '{options.RejectPath}' cannot be written: {e.Message}", e)
            {
                Target = options.RejectPath,
            };
        }
    }

    /// <summary>Handles one bad row: throws under stop and above the limit, else counts and records it.</summary>
    public void Handle(RowException error)
    {
        if (options.OnRowError == RowErrorPolicy.Stop) throw error;
        lock (gate)
        {
            Count++;
            if (samples.Count < MaxSamples) samples.Add(error.Message);
            Write(file => file.WriteLine(JsonSerializer.Serialize(
                new RejectedRow(error.RowNumber, error.Reason, error.Target?.ToString()), RejectedRowJson.Default.RejectedRow)));
            if (Count > options.MaxRowErrors)
            {
                throw new RowException(error.Kind, error.RowNumber,
                    $"{error.Reason} This is bad row {Count}; at most {options.MaxRowErrors} are allowed.", error)
                {
                    Target = error.Target,
                    RecommendedAction = "Correct the rows that were left out, or raise the limit.",
                };
            }
        }
    }

    /// <summary>Brings what was written so far to the reject file: a snapshot must not be published whose rejected rows are lost.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageFull"/> and its like.</exception>
    public void Flush()
    {
        lock (gate) Write(static file => file.Flush());
    }

    /// <summary>Closes the reject file.</summary>
    public void Close()
    {
        lock (gate)
        {
            var file = rejectFile;
            rejectFile = null;
            file?.Dispose();
        }
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // The build's own end matters more; where rows count, they were flushed before.
        }
    }

    void Write(Action<StreamWriter> write)
    {
        if (rejectFile is null) return;
        try
        {
            write(rejectFile);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "write", options.RejectPath!);
        }
    }
}
