using System.CommandLine;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>What a key's or value's text stands for; the short names of <see cref="TextForm"/>.</summary>
enum RowTextForm
{
    /// <inheritdoc cref="TextForm.Text"/>
    Text = TextForm.Text,
    /// <inheritdoc cref="TextForm.Json"/>
    Json = TextForm.Json,
    /// <inheritdoc cref="TextForm.Hex"/>
    Hex = TextForm.Hex,
    /// <inheritdoc cref="TextForm.Base64"/>
    Base64 = TextForm.Base64,
}

/// <summary>The options that say how the text of inputs is laid out.</summary>
sealed class LayoutOptions
{
    readonly Option<string?> delimiter = new("--delimiter")
    {
        Description = "Field separator of CSV, one character; 'tab' for a tab.",
        HelpName = "char",
    };
    readonly Option<string?> quote = new("--quote")
    {
        Description = "Quote character, or 'none'. Default: \" in CSV, none in TSV.",
        HelpName = "char|none",
    };
    readonly Option<bool> noHeader = new("--no-header")
    {
        Description = "The first line is data. Columns are named 1, 2, 3, … unless --columns is given.",
    };
    readonly Option<string?> columns = new("--columns")
    {
        Description = "Column names for files without a header line, such as id,name.",
        HelpName = "names",
    };
    readonly Option<int> skipLines = new("--skip-lines")
    {
        Description = "Number of lines to skip at the start of each file.",
        HelpName = "n",
    };
    readonly Option<string?> comment = new("--comment")
    {
        Description = "Ignore lines that start with this text, such as '#'.",
        HelpName = "text",
    };
    readonly Option<bool> headerInComment = new("--header-in-comment")
    {
        Description = "The last comment before the first row is the header.",
    };
    readonly Option<string[]> nullMarkers = new("--null-marker")
    {
        Description = @"Treat unquoted fields with exactly this text as null, such as '\N'. May be repeated.",
        HelpName = "text",
    };
    readonly Option<bool> allowTrailingDelimiter = new("--allow-trailing-delimiter")
    {
        Description = "Allow one extra delimiter at the end of each row.",
    };
    readonly Option<bool> noLineBreaks = new("--no-line-breaks")
    {
        Description = "Fields never contain line breaks: a quote that is not closed on its line is a row error.",
    };
    readonly Option<RowTextForm?> keyFormat = Form("--key-format", "text|hex|base64", "What keys are written as. Default: text.");
    readonly Option<RowTextForm?> valueFormat = Form("--value-format", "text|json|hex|base64",
        "What the one value field is written as. Default: text.");

    public LayoutOptions(Command command)
    {
        foreach (var option in new Option[]
        {
            delimiter, quote, noHeader, columns, skipLines, comment, headerInComment, nullMarkers, allowTrailingDelimiter, noLineBreaks,
                keyFormat, valueFormat,
        }) command.Add(option);
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: an option is not written as it must
    /// be.</exception>
    public InputFile ApplyTo(InputFile file, ParseResult parsed) => file with
    {
        Delimiter = DelimiterOf(parsed.GetValue(delimiter)),
        KeyForm = (TextForm)(parsed.GetValue(keyFormat) ?? RowTextForm.Text),
        ValueForm = (TextForm)(parsed.GetValue(valueFormat) ?? RowTextForm.Text),
        Layout = new TextLayout
        {
            Quote = TextLayout.ParseQuote(parsed.GetValue(quote)),
            NoHeader = parsed.GetValue(noHeader),
            Columns = parsed.GetValue(columns)?.Split(','),
            SkipLines = parsed.GetValue(skipLines),
            Comment = parsed.GetValue(comment),
            HeaderInComment = parsed.GetValue(headerInComment),
            NullMarkers = parsed.GetValue(nullMarkers) ?? [],
            AllowTrailingDelimiter = parsed.GetValue(allowTrailingDelimiter),
            NoLineBreaks = parsed.GetValue(noLineBreaks),
        },
    };

    static char? DelimiterOf(string? word) => word switch
    {
        null => null,
        "tab" or "\\t" => '\t',
        [var only] => only,
        _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, $"--delimiter must be one character, not '{word}'."),
    };

    static Option<RowTextForm?> Form(string name, string choices, string description) =>
        new(name) { Description = description, HelpName = choices, CustomParser = SharedOptions.ParseChoice<RowTextForm> };
}
