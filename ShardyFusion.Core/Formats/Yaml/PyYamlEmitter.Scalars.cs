using System.Globalization;

namespace ShardyFusion.Formats.Yaml;

/// <content>Text: which of the three styles it gets, and where it is folded.</content>
sealed partial class PyYamlEmitter
{
    const string LineBreaks = "\n\u0085\u2028\u2029";
    const string Blanks = "\0 \t\r\n\u0085\u2028\u2029";

    enum ScalarStyle { Plain, SingleQuoted, DoubleQuoted }

    void EmitText(string text, bool isKey)
    {
        // The scalar's own nesting level, in which its continuation lines stand.
        var outer = indent;
        indent = indent < 0 ? IndentStep : indent + IndentStep;
        switch (ChooseStyle(text, isKey))
        {
            case ScalarStyle.Plain: WritePlain(text, split: !isKey); break;
            case ScalarStyle.SingleQuoted: WriteSingleQuoted(text, split: !isKey); break;
            default: WriteDoubleQuoted(text, split: !isKey); break;
        }
        indent = outer;
    }

    /// <summary>The plainest style that reads back as this text.</summary>
    static ScalarStyle ChooseStyle(string text, bool isKey)
    {
        if (text.Length == 0)
            return ScalarStyle.SingleQuoted;
        var indicators = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal);
        var lineBreaks = false;
        var breakThenSpace = false;
        var (previousSpace, previousBreak, afterBlank) = (false, false, true);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            var isBreak = character == '\n';
            // Tabs, control characters and all that is not ASCII need an escape; so does a break after a space.
            if ((!isBreak && character is < ' ' or > '~') || (isBreak && previousSpace))
                return ScalarStyle.DoubleQuoted;
            var beforeBlank = i + 1 == text.Length || Blanks.Contains(text[i + 1], StringComparison.Ordinal);
            indicators |= i == 0
                ? "#,[]{}&*!|>'\"%@`".Contains(character, StringComparison.Ordinal) || (character is '?' or ':' or '-' && beforeBlank)
                : (character == ':' && beforeBlank) || (character == '#' && afterBlank);
            lineBreaks |= isBreak;
            breakThenSpace |= character == ' ' && previousBreak;
            (previousSpace, previousBreak, afterBlank) = (character == ' ', isBreak, character is ' ' or '\n');
        }
        if (breakThenSpace)
            return ScalarStyle.DoubleQuoted;
        var plain = !indicators && !lineBreaks && text[0] != ' ' && text[^1] != ' ';
        if (plain && PyYamlScalars.Resolve(text) == PlainScalarKind.Text)
            return ScalarStyle.Plain;
        return lineBreaks && isKey ? ScalarStyle.DoubleQuoted : ScalarStyle.SingleQuoted;
    }

    void WritePlain(string text, bool split)
    {
        if (!whitespace)
            Append(" ");
        whitespace = false;
        indention = false;
        var inSpaces = false;
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            var atEnd = end == text.Length;
            var isSpace = !atEnd && text[end] == ' ';
            if (inSpaces && !isSpace)
            {
                if (start + 1 == end && column > FoldColumn && split)
                {
                    WriteIndent();
                    whitespace = false;
                    indention = false;
                }
                else
                    Append(text.AsSpan(start, end - start));
                start = end;
            }
            else if (!inSpaces && (atEnd || isSpace))
            {
                Append(text.AsSpan(start, end - start));
                start = end;
            }
            inSpaces = isSpace;
        }
    }

    void WriteSingleQuoted(string text, bool split)
    {
        WriteIndicator("'", needWhitespace: true);
        var inSpaces = false;
        var inBreaks = false;
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            var atEnd = end == text.Length;
            var character = atEnd ? '\0' : text[end];
            if (inSpaces)
            {
                if (atEnd || character != ' ')
                {
                    if (start + 1 == end && column > FoldColumn && split && start != 0 && !atEnd)
                        WriteIndent();
                    else
                        Append(text.AsSpan(start, end - start));
                    start = end;
                }
            }
            else if (inBreaks)
            {
                if (atEnd || !LineBreaks.Contains(character, StringComparison.Ordinal))
                {
                    // One break would read as a space, so the first one is doubled.
                    if (text[start] == '\n')
                        WriteLineBreak();
                    foreach (var lineBreak in text.AsSpan(start, end - start))
                        WriteLineBreak(lineBreak);
                    WriteIndent();
                    start = end;
                }
            }
            else if (atEnd || character is ' ' or '\'' || LineBreaks.Contains(character, StringComparison.Ordinal))
            {
                Append(text.AsSpan(start, end - start));
                start = end;
            }
            if (!atEnd && character == '\'')
            {
                Append("''");
                start = end + 1;
            }
            if (!atEnd)
            {
                inSpaces = character == ' ';
                inBreaks = LineBreaks.Contains(character, StringComparison.Ordinal);
            }
        }
        WriteIndicator("'", needWhitespace: false);
    }

    void WriteDoubleQuoted(string text, bool split)
    {
        var codePoints = CodePoints(text);
        WriteIndicator("\"", needWhitespace: true);
        var start = 0;
        for (var end = 0; end <= codePoints.Length; end++)
        {
            var codePoint = end < codePoints.Length ? codePoints[end] : -1;
            if (codePoint is not (>= ' ' and <= '~') or '"' or '\\')
            {
                AppendAscii(codePoints.AsSpan(start, end - start));
                start = end;
                if (codePoint >= 0)
                {
                    Append(Escape(codePoint));
                    start = end + 1;
                }
            }
            if (end > 0 && end < codePoints.Length - 1 && (codePoint == ' ' || start >= end) && column + (end - start) > FoldColumn
                && split)
            {
                if (start < end)
                {
                    AppendAscii(codePoints.AsSpan(start, end - start));
                    start = end;
                }
                Append("\\");
                WriteIndent();
                whitespace = false;
                indention = false;
                // A space that starts a continuation line would be dropped on reading.
                if (codePoints[start] == ' ')
                    Append("\\");
            }
        }
        WriteIndicator("\"", needWhitespace: false);
    }

    void AppendAscii(ReadOnlySpan<int> codePoints)
    {
        foreach (var codePoint in codePoints)
            output.Append((char)codePoint);
        column += codePoints.Length;
    }

    /// <summary>Code points as Python counts them; a lone surrogate is one of its own.</summary>
    static int[] CodePoints(string text)
    {
        var codePoints = new int[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            codePoints[count++] = isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i];
        }
        return codePoints[..count];
    }

    static string Escape(int codePoint) => codePoint switch
    {
        0 => @"\0",
        7 => @"\a",
        8 => @"\b",
        9 => @"\t",
        10 => @"\n",
        11 => @"\v",
        12 => @"\f",
        13 => @"\r",
        27 => @"\e",
        '"' => "\\\"",
        '\\' => @"\\",
        0x85 => @"\N",
        0xA0 => @"\_",
        0x2028 => @"\L",
        0x2029 => @"\P",
        <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"\\x{codePoint:X2}"),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{codePoint:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{codePoint:X8}"),
    };
}
