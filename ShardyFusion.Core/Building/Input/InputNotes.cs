namespace ShardyFusion.Building.Input;

/// <summary>Counts what is odd about rows of one input that are taken all the same. Safe for concurrent callers.</summary>
sealed class InputNotes
{
    readonly Lock gate = new();
    long rows, heldLines, firstRow = long.MaxValue, firstLine;
    long marks, firstMark = long.MaxValue;

    /// <summary>Looks at a row with line breaks in quotes.</summary>
    /// <param name="record">Its text.</param>
    /// <param name="delimiter">Separates its fields.</param>
    /// <param name="columns">How many there should be.</param>
    /// <param name="row">Number of the row.</param>
    /// <param name="line">Number of its first line.</param>
    public void LookAtLines(ReadOnlySpan<byte> record, byte delimiter, int columns, long row, long line)
    {
        // Where a closing quote was forgotten every line was a row: each has as many delimiters as one. In text that is rare.
        if (columns < 2) return;
        var held = -1;
        foreach (var part in CsvDialect.TrimLineEnd(record).Split((byte)'\n'))
        {
            if (record[part].Count(delimiter) != columns - 1) return;
            held++;
        }
        lock (gate)
        {
            rows++;
            heldLines += held;
            if (row < firstRow) (firstRow, firstLine) = (row, line);
        }
    }

    /// <summary>A row that starts with a byte order mark: data, or the place where two files were joined.</summary>
    public void AddByteOrderMark(long row)
    {
        lock (gate)
        {
            marks++;
            firstMark = Math.Min(firstMark, row);
        }
    }

    /// <summary>What to tell about the input, once it is read.</summary>
    public IReadOnlyList<string> Warnings(string inputName)
    {
        var warnings = new List<string>();
        if (rows > 0)
        {
            warnings.Add(
                $"{heldLines} {(heldLines == 1 ? "line" : "lines")} of '{inputName}' that look like rows lie inside quoted fields of "
                    + $"{rows} {(rows == 1 ? "row" : "rows")}, the first in "
                + $"row {firstRow}, which begins in line {firstLine}. If a closing quote is missing there, correct it, or read the file "
                + "without line breaks in fields or without quotes.");
        }
        if (marks > 0)
        {
            warnings.Add(
                $"{marks} {(marks == 1 ? "row" : "rows")} of '{inputName}' start with a byte order mark, the first is row {firstMark}; "
                    + "it was taken for data. "
                + "If files were joined there, give them one by one.");
        }
        return warnings;
    }
}
