using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>The header line of a CSV or TSV input, and which of its columns make key and value.</summary>
internal sealed class CsvHeader
{
    readonly string inputName;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: not text, a name twice, or a wanted column is not there.</exception>
    public CsvHeader(byte[] record, byte delimiter, InputFile file)
    {
        inputName = file.Name;
        if (record.AsSpan().Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(record))
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The header of '{inputName}' is not UTF-8 text.")
            {
                RecommendedAction = "Give the file's text encoding, or convert it to UTF-8; check that it is a text file at all.",
            };
        }
        Columns = Split(record, delimiter);
        if (Columns.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The header of '{inputName}' has the column '{twice.Key}' {twice.Count()} times.") { Target = twice.Key };
        KeyColumn = IndexOf(file.KeyField);
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

    public int KeyColumn { get; }

    /// <summary>Columns of the value, in the order of their names.</summary>
    public int[] ValueColumns { get; }

    /// <summary>True when the value is one column's bare text, false when it is a JSON object of columns.</summary>
    public bool IsSingleValue { get; }

    static List<string> Split(byte[] record, byte delimiter)
    {
        var fields = new CsvFields(delimiter, 16);
        fields.Split(record, 0);
        var columns = new List<string>(fields.Count);
        var unescaped = new byte[record.Length];
        for (var i = 0; i < fields.Count; i++) columns.Add(Encoding.UTF8.GetString(fields.Text(record, i, ref unescaped)));
        return columns;
    }

    int IndexOf(string column)
    {
        if (FieldNames.Find(Columns, column) is >= 0 and var found) return found;
        throw new ShardyFusionException(ErrorKind.InputInvalid,
            $"'{inputName}' has no column '{column}'; its columns are: {string.Join(", ", Columns.Take(50))}{(Columns.Count > 50 ? ", …" : "")}.")
        {
            Target = column,
            RecommendedAction = "Name one of the columns that are there; if the list looks like one long name, give the delimiter.",
        };
    }
}
