using ShardyFusion.LocalFiles;

namespace ShardyFusion.Measuring;

/// <summary>What a measurement found.</summary>
/// <param name="Prefix">The prefix it was made at.</param>
/// <param name="StartedAt">When, UTC.</param>
/// <param name="Options">How.</param>
/// <param name="Lines">The table: for each count of shards one line an operation, in the order of <see cref="MeasuredOperation"/>.</param>
public sealed record MeasureReport(string Prefix, DateTimeOffset StartedAt, MeasureOptions Options, IReadOnlyList<MeasureLine> Lines)
{
    /// <summary>The table as a drawing: one self-contained SVG image.</summary>
    public string ToSvg() => MeasureChart.Draw(this);

    /// <summary>Writes that drawing to a file, which is there whole or as it was; one that is there is replaced.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: the file cannot be
    /// written.</exception>
    public Task SaveSvgAsync(string path, CancellationToken cancellationToken) =>
        OutputFile.WriteTextAsync(path, ToSvg(), overwrite: true, cancellationToken);
}
