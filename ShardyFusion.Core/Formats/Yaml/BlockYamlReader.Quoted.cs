using System.Globalization;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Formats.Yaml;

/// <content>Quoted scalars and their continuation lines.</content>
ref partial struct BlockYamlReader
{
    /// <summary>Reads a quoted scalar up to and with its closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    string? ReadQuoted(int column)
    {
        var isDouble = text[position] == '"';
        position += 1;
        unescaped.Clear();
        while (position < text.Length)
        {
            var rest = text[position..];
            var run = isDouble ? rest.IndexOfAny('"', '\\', '\n') : rest.IndexOfAny('\'', '\n');
            if (run < 0)
                return null;
            unescaped.Append(rest[..run]);
            position += run + 1;
            switch (rest[run])
            {
                case '\\':
                    if (!ReadEscape(column)) return null;
                    break;
                case '\'' when At("'"):
                    unescaped.Append('\'');
                    position += 1;
                    break;
                case '\n':
                    // safe_dump never leaves a space before a fold, nor a bare line end between double quotes.
                    if (isDouble || (run > 0 && rest[run - 1] == ' ') || !FoldLines(column)) return null;
                    break;
                default:
                    return unescaped.ToString();
            }
        }
        return null;
    }

    /// <summary>A single line end reads as a space, each further one as itself.</summary>
    bool FoldLines(int column)
    {
        var lineBreaks = 0;
        for (; At("\n"); lineBreaks++)
            position += 1;
        if (lineBreaks == 0)
            unescaped.Append(' ');
        else
            unescaped.Append('\n', lineBreaks);
        return SkipIndent(column);
    }

    bool SkipIndent(int column)
    {
        var indent = IndentHere();
        if (indent <= column)
            return false;
        position += indent;
        return !At("\n");
    }

    bool ReadEscape(int column)
    {
        if (position == text.Length)
            return false;
        var code = text[position++];
        switch (code)
        {
            case '\n': return SkipIndent(column);
            case 'x': return ReadHex(2);
            case 'u': return ReadHex(4);
            case 'U': return ReadHex(8);
        }
        var character = code switch
        {
            '0' => '\0',
            'a' => '\a',
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            'e' => '\e',
            ' ' or '"' or '\\' => code,
            'N' => '\u0085',
            '_' => '\u00a0',
            'L' => '\u2028',
            'P' => '\u2029',
            _ => '\uffff',
        };
        unescaped.Append(character);
        return character != '\uffff';
    }

    bool ReadHex(int digits)
    {
        if (position + digits > text.Length
            || !uint.TryParse(text.Slice(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var codePoint)
            || codePoint > 0x10FFFF)
            return false;
        position += digits;
        if (codePoint <= 0xFFFF)
            unescaped.Append((char)codePoint);
        else
            unescaped.Append(char.ConvertFromUtf32((int)codePoint));
        return true;
    }
}
