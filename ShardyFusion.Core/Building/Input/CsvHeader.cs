using System.Globalization;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>The columns of a CSV or TSV input, and which of them make key and value.</summary>
sealed class CsvHeader
{
    const int FewColumns = 16, MostColumns = 1 << 17;

    /// <summary>An <see cref="InputFile.KeyField"/> that asks for no key: the columns alone are wanted.</summary>
    public const string NoKey = "";

    readonly string inputName;

    CsvHeader(InputFile file, IReadOnlyList<string> columns, byte[] record)
    {
        inputName = file.Name;
        Columns = columns;
        Record = record;
        if (columns.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"The header of '{inputName}' has the column '{twice.Key}' {twice.Count()} times.")
            {
                Target = twice.Key,
                RecommendedAction = "Give the columns other names: skip the header line and name them yourself.",
            };
        }
        KeyColumn = file.KeyField == NoKey ? -1 : IndexOf(file.KeyField);
        RoutingColumns = [.. file.RoutingFields.Select(IndexOf)];
        if (file.ValueFields is [var single])
        {
            ValueColumns = [IndexOf(single)];
            IsSingleValue = true;
        }
        else
        {
            // Sorted once here, so that each row's JSON object is written in order.
            ValueColumns = [.. (file.ValueFields?.Select(IndexOf) ?? Enumerable.Range(0, Columns.Count).Where(i => i != KeyColumn))
                .OrderBy(i => Encoding.UTF8.GetBytes(Columns[i]), Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y)))];
        }
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>The header line itself, without its end; empty when the columns were named otherwise.</summary>
    public byte[] Record { get; }

    public int KeyColumn { get; }

    /// <summary>Columns of <see cref="InputFile.RoutingFields"/>, in their order.</summary>
    public int[] RoutingColumns { get; }

    /// <summary>Columns of the value, in the order of their names.</summary>
    public int[] ValueColumns { get; }

    /// <summary>True when the value is one column's bare text, false when it is a JSON object of columns.</summary>
    public bool IsSingleValue { get; }

    /// <summary>Columns that a header line names.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: not text, a name twice, or a wanted column is not
    /// there.</exception>
    public static CsvHeader Read(byte[] record, CsvDialect dialect, InputFile file)
    {
        if (record.AsSpan().Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(record))
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The header of '{file.Name}' is not UTF-8 text.")
            {
                RecommendedAction = InputAdvice.OtherEncoding + " Check that it is a text file at all.",
            };
        }
        var columns = Split(record, dialect, file);
        if (file.Layout.AllowTrailingDelimiter && columns is [_, .., ""]) columns.RemoveAt(columns.Count - 1);
        return new CsvHeader(file, columns, record);
    }

    /// <summary>Columns that the caller names, or that have numbers for names.</summary>
    /// <param name="first">The first row, when its columns are to be counted.</param>
    /// <param name="dialect">How to split it.</param>
    /// <param name="file">The input.</param>
    public static CsvHeader Named(byte[]? first, CsvDialect dialect, InputFile file)
    {
        if (file.Layout.Columns is { } names) return new CsvHeader(file, names, []);
        var fields = Fields(first!, dialect, file);
        var count = file.Layout.AllowTrailingDelimiter && fields.Count > 1 && fields.IsEmpty(fields.Count - 1) ? fields.Count - 1
            : fields.Count;
        return new CsvHeader(file, [.. Enumerable.Range(1, count).Select(i => i.ToString(CultureInfo.InvariantCulture))], []);
    }

    static CsvFields Fields(byte[] record, CsvDialect dialect, InputFile file)
    {
        var fields = new CsvFields(dialect, FewColumns);
        fields.Split(record, 0);
        if (fields.Count <= FewColumns) return fields;
        if (fields.Count > MostColumns)
            throw new ShardyFusionException(ErrorKind.InputInvalid, string.Create(CultureInfo.InvariantCulture,
                $"The header of '{file.Name}' has {fields.Count:N0} fields; at most {MostColumns:N0} columns can be read."))
            {
                RecommendedAction = "Check the delimiter and that it is a text file at all.",
            };
        fields = new CsvFields(dialect, fields.Count);
        fields.Split(record, 0);
        return fields;
    }

    static List<string> Split(byte[] record, CsvDialect dialect, InputFile file)
    {
        var fields = Fields(record, dialect, file);
        if (fields.Fault is { } fault)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The header of '{file.Name}' is faulty: {fault}.")
            {
                RecommendedAction = "Correct the header line, or say that quotes are data (quote 'none').",
            };
        }
        var columns = new List<string>(fields.Count);
        var unescaped = new byte[record.Length];
        for (var i = 0; i < fields.Count; i++) columns.Add(Encoding.UTF8.GetString(fields.Text(record, i, ref unescaped)));
        return columns;
    }

    int IndexOf(string column)
    {
        if (FieldNames.Find(Columns, column) is >= 0 and var found) return found;
        var alike = Columns.FirstOrDefault(c => c.Trim().Equals(column, StringComparison.OrdinalIgnoreCase));
        throw new ShardyFusionException(ErrorKind.InputInvalid,
            FieldNames.MissingFrom(inputName, column, Columns))
        {
            Target = column,
            RecommendedAction = alike is null
                ? "Name one of the columns that are there. If the list looks like one long name, give the delimiter; if it looks like a "
                + "row, name the columns; if it looks like a remark, skip lines or say what starts a comment."
                : $"Blanks belong to names: did you mean '{alike}'?",
        };
    }
}
