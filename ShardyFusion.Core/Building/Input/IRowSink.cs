using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Input;

/// <summary>Takes the rows of one parser thread. Called by that thread alone.</summary>
/// <remarks>Spans are only valid during the call. Any method may throw to end the read, as the row-error policy "stop" does.</remarks>
interface IRowSink
{
    /// <summary>Room for the fields of <see cref="InputFile.RoutingFields"/>, to be filled before each row is added; null when there are
    /// none.</summary>
    CelColumns? Columns => null;

    /// <summary>A row whose key is text.</summary>
    /// <param name="keyText">UTF-8, unescaped, possibly empty.</param>
    /// <param name="value">Encoded value.</param>
    /// <param name="ordinal">Row number; orders rows over all threads.</param>
    void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal);

    /// <summary>A row whose key is a JSON integer.</summary>
    void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal);

    /// <summary>A row whose key is bytes; for a key encoding of integers, as these are stored.</summary>
    void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal);

    /// <summary>A row that cannot be read.</summary>
    /// <param name="reason">What is wrong with it, without its number.</param>
    /// <param name="key">The key's text; null when it could not be made out.</param>
    /// <param name="ordinal">Row number.</param>
    void Reject(string reason, string? key, long ordinal);
}

/// <summary>Hands out one sink per parser thread. Safe for concurrent callers.</summary>
interface IRowSinkProvider
{
    /// <summary>Opens a sink for the calling parser thread.</summary>
    IRowSink Open();

    /// <summary>Takes back a sink; called once for every opened one, also after a failure.</summary>
    void Close(IRowSink sink);
}
