using System.Management.Automation;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Cmdlets.Commands;

// How the text of files is laid out.
public sealed partial class WriteShardedSnapshotCommand
{
    /// <summary>What encloses fields of the files: one character, or none.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ValidateNotNullOrEmpty]
    public string? Quote { get; set; }

    /// <summary>The first row of the files is data.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public SwitchParameter NoHeader { get; set; }

    /// <summary>Names of the columns of files without a header line.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [Alias("Column")]
    [ValidateNotNullOrEmpty]
    public string[]? Header { get; set; }

    /// <summary>Number of lines to skip at the start of each file.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLine { get; set; }

    /// <summary>What a line starts with that is no row.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ValidateNotNullOrEmpty]
    public string? Comment { get; set; }

    /// <summary>The last comment before the first row is the header.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public SwitchParameter HeaderInComment { get; set; }

    /// <summary>Unquoted fields of exactly this text are null.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ValidateNotNull]
    [AllowEmptyString]
    public string[]? NullMarker { get; set; }

    /// <summary>Allow one extra delimiter at the end of each row.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public SwitchParameter AllowTrailingDelimiter { get; set; }

    /// <summary>No field holds a line end.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public SwitchParameter NoLineBreak { get; set; }

    /// <summary>What the text of keys in the files stands for.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public TextForm KeyFormat { get; set; }

    /// <summary>What the text of the one value field stands for.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public TextForm ValueFormat { get; set; }

    InputFile InputFileOf(string path) => new()
    {
        Path = path,
        Format = Format,
        KeyField = KeyProperty,
        ValueFields = ValueProperty,
        Delimiter = Delimiter,
        KeyForm = KeyFormat,
        ValueForm = ValueFormat,
        Layout = new TextLayout
        {
            Quote = TextLayout.ParseQuote(Quote),
            NoHeader = NoHeader,
            Columns = Header,
            SkipLines = SkipLine,
            Comment = Comment,
            HeaderInComment = HeaderInComment,
            NullMarkers = NullMarker ?? [],
            AllowTrailingDelimiter = AllowTrailingDelimiter,
            NoLineBreaks = NoLineBreak,
        },
    };
}
