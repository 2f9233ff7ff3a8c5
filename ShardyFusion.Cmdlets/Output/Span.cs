namespace ShardyFusion.Cmdlets.Output;

/// <summary>Durations as outputs carry them: plain numbers, the unit in the property's name. Stateless.</summary>
static class Span
{
    /// <summary>Seconds, to the millisecond.</summary>
    public static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);

    /// <inheritdoc cref="Seconds(TimeSpan)"/>
    public static double? Seconds(TimeSpan? span) => span is { } known ? Seconds(known) : null;

    /// <summary>Milliseconds, to the tenth of a microsecond.</summary>
    public static double? Milliseconds(TimeSpan? span) => span is { } known ? Math.Round(known.TotalMilliseconds, 4) : null;
}
