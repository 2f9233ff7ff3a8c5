namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>A word or sign of a statement.</summary>
/// <param name="Text">As it stands there; a quoted name without its quotes.</param>
/// <param name="IsQuoted">True for a quoted name, which is no keyword.</param>
readonly record struct SqlToken(string Text, bool IsQuoted)
{
    /// <summary>True for this keyword, or this sign.</summary>
    public bool Is(string word) => !IsQuoted && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Splits the statement that made a table into words and signs.</summary>
static class SqlTokens
{
    /// <summary>Splits a statement; comments and blanks are left out.</summary>
    public static List<SqlToken> Split(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var start = at;
            var c = sql[at];
            if (char.IsWhiteSpace(c))
                at++;
            else if (sql.AsSpan(at).StartsWith("--"))
                at = Behind(sql, "\n", at);
            else if (sql.AsSpan(at).StartsWith("/*"))
                at = Behind(sql, "*/", at + 2);
            else if (c is '"' or '`' or '\'' or '[')
                tokens.Add(new SqlToken(ReadQuoted(sql, ref at), true));
            else
            {
                while (at < sql.Length && IsWord(sql[at]))
                    at++;
                at = Math.Max(at, start + 1);
                tokens.Add(new SqlToken(sql[start..at], false));
            }
        }
        return tokens;
    }

    static int Behind(string sql, string end, int from) => sql.IndexOf(end, from, StringComparison.Ordinal) is >= 0 and var found
        ? found + end.Length : sql.Length;

    static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c >= 0x80;

    // A quote within a name is doubled; brackets cannot be.
    static string ReadQuoted(string sql, ref int at)
    {
        var close = sql[at] == '[' ? ']' : sql[at];
        var text = new System.Text.StringBuilder();
        for (at++; at < sql.Length; at++)
        {
            if (sql[at] == close && (close == ']' || at + 1 >= sql.Length || sql[at + 1] != close))
                break;
            if (sql[at] == close)
                at++;
            text.Append(sql[at]);
        }
        at++;
        return text.ToString();
    }
}
