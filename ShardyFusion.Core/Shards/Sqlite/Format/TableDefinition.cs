namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>What the statement that made a table says about where its columns lie in a record.</summary>
/// <param name="IsWithoutRowid">True when the rows are those of an index, by primary key.</param>
/// <param name="Stored">Names of the columns in the order in which a record holds them.</param>
/// <param name="IsByKeyAlone">True when the first of them alone is the primary key, in ascending order.</param>
sealed record TableDefinition(bool IsWithoutRowid, IReadOnlyList<string> Stored, bool IsByKeyAlone)
{
    /// <summary>The column that is the row's number, of which a record holds nothing; null when there is none.</summary>
    public string? RowidColumn { get; init; }

    /// <summary>Number of a column in a record, -1 when there is none; letter case does not matter.</summary>
    public int IndexOf(string column) => Stored.ToList().FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a statement.</summary>
    /// <param name="sql">As the file keeps it.</param>
    /// <returns>Null when its columns cannot be told, or are computed.</returns>
    public static TableDefinition? Parse(string sql)
    {
        var tokens = SqlTokens.Split(sql);
        var open = tokens.FindIndex(token => token.Is("("));
        if (open < 0 || Parts(tokens, open, out var close) is not { } parts)
            return null;
        var columns = new List<string>();
        var key = new List<(string Name, bool IsDescending)>();
        foreach (var part in parts)
        {
            if (part.Count == 0 || IsComputed(part))
                return null;
            var isConstraint = part[0] is var first
                && (first.Is("CONSTRAINT") || first.Is("PRIMARY") || first.Is("UNIQUE") || first.Is("CHECK") || first.Is("FOREIGN"));
            if (!isConstraint)
                columns.Add(first.Text);
            var primary = part.FindIndex(token => token.Is("PRIMARY"));
            if (primary < 0)
                continue;
            if (isConstraint)
                key.AddRange(KeyList(part, primary));
            else
                key.Add((first.Text, primary + 2 < part.Count && part[primary + 2].Is("DESC")));
        }
        var isWithoutRowid = tokens.Skip(close).Any(token => token.Is("WITHOUT"));
        var numbered = key is [{ IsDescending: false } only] && !isWithoutRowid ? only.Name : null;
        var names = key.Select(column => column.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return new TableDefinition(isWithoutRowid,
            isWithoutRowid ? [.. names, .. columns.Except(names, StringComparer.OrdinalIgnoreCase)] : columns,
            isWithoutRowid && key is [{ IsDescending: false }])
        {
            RowidColumn = parts.Exists(part => part.Count > 1 && part[0].Text == numbered && part[1].Is("INTEGER")) ? numbered : null,
        };
    }

    // A column is a list of its words; a list within it counts as part of it.
    static List<List<SqlToken>>? Parts(List<SqlToken> tokens, int open, out int close)
    {
        var parts = new List<List<SqlToken>> { new() };
        var depth = 0;
        for (close = open; close < tokens.Count; close++)
        {
            var token = tokens[close];
            depth += token.Is("(") ? 1 : token.Is(")") ? -1 : 0;
            if (depth == 0)
                return parts;
            if (depth == 1 && token.Is(","))
                parts.Add([]);
            else if (close > open)
                parts[^1].Add(token);
        }
        return null;
    }

    static bool IsComputed(List<SqlToken> column)
    {
        var depth = 0;
        foreach (var token in column)
        {
            depth += token.Is("(") ? 1 : token.Is(")") ? -1 : 0;
            if (depth == 0 && token.Is("AS"))
                return true;
        }
        return false;
    }

    static IEnumerable<(string Name, bool IsDescending)> KeyList(List<SqlToken> part, int primary)
    {
        var open = part.FindIndex(primary, token => token.Is("("));
        if (open < 0 || Parts(part, open, out _) is not { } columns)
            return [];
        return columns.Where(column => column.Count > 0).Select(column => (column[0].Text, column.Exists(token => token.Is("DESC"))));
    }
}
