namespace ShardyFusion.Formats;

/// <summary>What values were before they became bytes, so that a read can return them as they were.</summary>
public enum ValueEncoding
{
    /// <summary>Bytes. Storage name <c>raw</c>.</summary>
    Raw,
    /// <summary>Text, as UTF-8. Storage name <c>utf8</c>.</summary>
    Utf8,
    /// <summary>A JSON document, as UTF-8. Storage name <c>json</c>.</summary>
    Json,
}
