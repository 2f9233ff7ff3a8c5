using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Building.Input;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of a cmdlet that builds from files of rows: which files, and how their text is laid out.</summary>
public abstract class RowFileCmdlet : BuildCmdlet
{
    private protected const string FromPath = "Path", FromLiteralPath = "LiteralPath", FromObjects = "InputObject";

    /// <summary>Files of rows; wildcards are expanded.</summary>
    /// <remarks>
    /// No source of rows but the objects is mandatory, and theirs is not the default set: for every piped object PowerShell looks at each
    /// mandatory parameter that is not bound, and looks for the default set's parameters anew. The command does what Mandatory
    /// would.
    /// </remarks>
    [Parameter(ParameterSetName = FromPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Files of rows; the names are taken as they are.</summary>
    [Parameter(ParameterSetName = FromLiteralPath)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Format of the files.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public InputFormat Format { get; set; }

    /// <summary>Column family of a RocksDB database.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ArgumentCompleter(typeof(ColumnFamilyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ColumnFamily { get; set; }

    /// <summary>Field separator of the files.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    public char? Delimiter { get; set; }

    /// <summary>Property or column that holds the key; a database has no names for keys and values.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromObjects)]
    [Parameter(ParameterSetName = FromPath)]
    [Parameter(ParameterSetName = FromLiteralPath)]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string KeyProperty { get; set; } = "";

    /// <summary>Properties or columns that make the value; all but the key when none is named.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? ValueProperty { get; set; }

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
    [DefaultValue(0)]
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

    /// <summary>The files that are named, with how their text is laid out.</summary>
    private protected IEnumerable<InputFile> InputFiles() =>
        (LiteralPath is not null ? LiteralPath.Select(ResolveLocation) : (Path ?? []).SelectMany(ExpandPath)).Select(InputFileOf);

    InputFile InputFileOf(string path) => new()
    {
        Path = path,
        Connection = PrefixText.IsUri(path) ? UsedConnection(path) : null,
        Format = Format,
        KeyField = Format == InputFormat.RocksDb && KeyProperty.Length == 0 ? InputFile.DatabaseKey : KeyProperty,
        ColumnFamily = ColumnFamily,
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
