using System.Text;

namespace ShardyFusion.Cli.Sessions;

/// <summary>Takes a line apart as a shell does: blanks between words, quotes around them.</summary>
static class LineWords
{
    /// <param name="line">The line. <c>#</c> at the start of a word begins a comment. Within double quotes a backslash keeps a double quote
    /// or a backslash from its meaning; elsewhere it is a character like others, so that paths of Windows stay what they are.</param>
    /// <param name="words">Its words; empty for a blank line.</param>
    /// <returns>What is wrong with the line; null when nothing is.</returns>
    public static string? Split(string line, out IReadOnlyList<string> words)
    {
        var found = new List<string>();
        words = found;
        var word = new StringBuilder();
        var isWord = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is '\'' or '"')
            {
                isWord = true;
                if (!TakeQuoted(line, ref i, word)) return $"The quote at column {i + 1} is not closed.";
            }
            else if (char.IsWhiteSpace(c))
            {
                if (isWord) found.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
            else if (c == '#' && !isWord)
            {
                break;
            }
            else
            {
                word.Append(c);
                isWord = true;
            }
        }
        if (isWord) found.Add(word.ToString());
        return null;
    }

    /// <summary>Takes the text from one quote to the next one; the position is left at that one, or at the first where there is
    /// none.</summary>
    static bool TakeQuoted(string line, ref int position, StringBuilder word)
    {
        var quote = line[position];
        for (var i = position + 1; i < line.Length; i++)
        {
            if (line[i] == quote)
            {
                position = i;
                return true;
            }
            if (quote == '"' && line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\') i++;
            word.Append(line[i]);
        }
        return false;
    }
}
