using System.Text;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Jobs;

/// <summary>How rows are read, for whichever machine does it.</summary>
sealed record JobInput
{
    public required InputFormat Format { get; init; }
    public required string KeyField { get; init; }
    public IReadOnlyList<string>? ValueFields { get; init; }
    public char? Delimiter { get; init; }
    public TextLayout Layout { get; init; } = new();
    public TextForm KeyForm { get; init; }
    public TextForm ValueForm { get; init; }
    public string? Encoding { get; init; }

    public static JobInput Of(InputFile file) => new()
    {
        Format = file.Format,
        KeyField = file.KeyField,
        ValueFields = file.ValueFields,
        Delimiter = file.Delimiter,
        Layout = file.Layout,
        KeyForm = file.KeyForm,
        ValueForm = file.ValueForm,
        Encoding = file.Encoding?.WebName,
    };

    /// <summary>The input, without what is read.</summary>
    public InputFile ToFile() => new()
    {
        Format = Format,
        KeyField = KeyField,
        ValueFields = ValueFields,
        Delimiter = Delimiter,
        Layout = Layout,
        KeyForm = KeyForm,
        ValueForm = ValueForm,
        Encoding = Encoding is null ? null : System.Text.Encoding.GetEncoding(Encoding),
    };
}
