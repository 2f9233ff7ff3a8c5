using ShardyFusion.Building.Input;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Maintenance;

/// <summary>How exported rows are read back so that keys and values are equal, byte by byte.</summary>
/// <param name="KeyEncoding">How keys are stored.</param>
/// <param name="KeyForm">What the text of <see cref="KeyField"/> is.</param>
/// <param name="ValueEncoding">How values are stored.</param>
/// <param name="ValueField">Column or field of the value; empty for a database.</param>
/// <param name="ValueForm">What its text is.</param>
public readonly record struct RowTextShape(KeyEncoding KeyEncoding, TextForm KeyForm, ValueEncoding ValueEncoding, string ValueField,
    TextForm ValueForm)
{
    /// <summary>Column or field of the key.</summary>
    public const string KeyField = "key";

    /// <summary>True for a RocksDB database, whose keys and values are bytes and have no names.</summary>
    public bool IsDatabase { get; init; }

    /// <summary>The column family of a database that holds all rows; null when each shard has its own, and for files.</summary>
    public string? ColumnFamily { get; init; }

    internal static RowTextShape Of(ExportFormat format, KeyEncoding keys, ValueEncoding? values)
    {
        if (format == ExportFormat.RocksDb)
            return new RowTextShape(keys, TextForm.Text, values ?? ValueEncoding.Raw, "", TextForm.Text) { IsDatabase = true };
        if (format == ExportFormat.Parquet)
            return new RowTextShape(keys, TextForm.Text, values ?? ValueEncoding.Raw, "value", TextForm.Text);
        var isText = values is ValueEncoding.Utf8 or ValueEncoding.Json;
        var form = !isText ? TextForm.Base64 : values == ValueEncoding.Json && format != ExportFormat.JsonLines ? TextForm.Json
            : TextForm.Text;
        return new RowTextShape(keys, keys == KeyEncoding.Raw ? TextForm.Hex : TextForm.Text, values ?? ValueEncoding.Raw, isText ? "value"
            : "value_base64", form);
    }
}
