using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace ShardyFusion.Formats.Yaml;

/// <summary>Reads the dialect that PyYAML's <c>safe_dump</c> and <see cref="PyYamlEmitter"/> write, and nothing else.</summary>
/// <remarks>
/// A general YAML parser takes most of a second for 4,096 shards in a fresh process, this reader a tenth of that. It gives up (returns
/// null) at the first thing that it does not know, faults included: then <see cref="YamlReader"/> parses the text again and names the
/// fault. What it accepts, PyYAML must read the same way; a test holds the two against each other over mutated documents.
/// A process mostly reads one manifest, and has read it before the compiler would look at this code a second time: hence
/// AggressiveOptimization.
/// </remarks>
ref partial struct BlockYamlReader
{
    static readonly SearchValues<char> dialectCharacters = SearchValues.Create(
        "\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    static readonly YamlScalar nullScalar = new("null", PlainScalarKind.Null);

    static readonly YamlScalar[] digits = [.. "0123456789".Select(digit => new YamlScalar(digit.ToString(), PlainScalarKind.Integer))];

    readonly ReadOnlySpan<char> text;
    readonly DocumentLimits limits;
    readonly NameSet names;
    readonly StringBuilder unescaped;
    // By depth, of the map read last.
    readonly int[] fieldCounts;
    int position;
    int depth;
    int nodes;

    BlockYamlReader(ReadOnlySpan<char> text, DocumentLimits limits)
    {
        this.text = text;
        this.limits = limits;
        names = new HashSet<string>(StringComparer.Ordinal).AskedWithSpans();
        unescaped = new StringBuilder();
        fieldCounts = new int[limits.MaxDepth + 1];
    }

    /// <returns>The document's map, or null when the text is not wholly of this dialect.</returns>
    public static YamlMapping? TryRead(ReadOnlySpan<char> text, DocumentLimits limits)
    {
        // The final newline also keeps every look at text[position] inside the text while a node is being read.
        if (text.IsEmpty || text[^1] != '\n' || text[0] == ' ' || text.ContainsAnyExcept(dialectCharacters))
            return null;
        var reader = new BlockYamlReader(text, limits);
        return reader.ReadBlock(column: 0) is YamlMapping map && reader.position == text.Length ? map : null;
    }

    /// <summary>Reads the list or map whose first entry starts here, which is in <paramref name="column"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlNode? ReadBlock(int column)
    {
        if (++depth > limits.MaxDepth || !CountNode())
            return null;
        YamlNode? block = At("- ") ? ReadSequence(column) : ReadMapping(column);
        depth--;
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlSequence? ReadSequence(int column)
    {
        var items = new List<YamlNode>();
        do
        {
            position += 2;
            if ((AtBlock() ? ReadBlock(column + 2) : ReadScalar(column)) is not { } item)
                return null;
            items.Add(item);
        }
        while (NextEntry(column, isItem: true));
        return new YamlSequence(items);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlMapping? ReadMapping(int column)
    {
        // The maps of one list have about as many fields each.
        var fields = new Dictionary<string, YamlNode>(fieldCounts[depth], StringComparer.Ordinal);
        do
        {
            var isComplexKey = At("? ");
            if ((isComplexKey ? ReadComplexKey(column) : ReadSimpleKey(column)) is not { } name
                || ReadValue(column, isComplexKey) is not { } value || !fields.TryAdd(name, value))
                return null;
        }
        while (NextEntry(column, isItem: false));
        fieldCounts[depth] = Math.Min(fields.Count, 64);
        return new YamlMapping(fields);
    }

    /// <summary>Reads "? key" and the colon of the line after it.</summary>
    string? ReadComplexKey(int column)
    {
        position += 2;
        if (ReadScalar(column) is not YamlScalar key || key.Kind == PlainScalarKind.Reserved || !NextEntry(column, isItem: false)
            || !At(": "))
            return null;
        position += 1;
        return key.Text;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    string? ReadSimpleKey(int column)
    {
        var line = RestOfLine();
        if (line.IsEmpty || !CountNode())
            return null;
        if (line[0] is '"' or '\'')
        {
            var lineEnd = position + line.Length;
            if (ReadQuoted(column) is not { } quoted || position >= lineEnd || text[position] != ':')
                return null;
            position += 1;
            return quoted;
        }
        var length = PlainKeyLength(line);
        if (length <= 0 || !IsPlain(line[..length], isFirstLine: true) || line.StartsWith("---") || line.StartsWith("...")
            || PyYamlScalars.Resolve(line[..length]) == PlainScalarKind.Reserved)
            return null;
        position += length + 1;
        // A manifest repeats a dozen keys per shard.
        if (names.TryGetValue(line[..length], out var name))
            return name;
        names.Add(line[..length]);
        return names.TryGetValue(line[..length], out name) ? name : null;
    }

    /// <summary>Reads what follows a key's colon: a scalar on this line, or a block on the next ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlNode? ReadValue(int column, bool isComplexKey)
    {
        if (At(" "))
        {
            position += 1;
            return isComplexKey && AtBlock() ? ReadBlock(column + 2) : ReadScalar(column);
        }
        if (!At("\n"))
            return null;
        position += 1;
        var indent = IndentHere();
        position += Math.Max(0, indent);
        // A list may start in the key's own column.
        var isNested = indent > column ? AtBlock() : indent == column && At("- ");
        return isNested ? ReadBlock(indent) : null;
    }

    /// <summary>Reads a scalar or an empty collection to the end of its last line; its continuation lines stand right of
    /// <paramref name="column"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlNode? ReadScalar(int column)
    {
        if (!CountNode())
            return null;
        if (At("{}\n") || At("[]\n"))
        {
            YamlNode empty = text[position] == '{' ? new YamlMapping([]) : new YamlSequence([]);
            position += 3;
            return depth < limits.MaxDepth ? empty : null;
        }
        if (!At("\"") && !At("'"))
            return ReadPlain(column);
        if (ReadQuoted(column) is not { } quoted || !At("\n"))
            return null;
        position += 1;
        return new YamlScalar(quoted, PlainScalarKind.Text);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    YamlScalar? ReadPlain(int column)
    {
        var line = RestOfLine();
        if (!IsPlain(line, isFirstLine: true))
            return null;
        position += line.Length + 1;
        if (IndentHere() <= column)
        {
            if (line is [>= '0' and <= '9']) return digits[line[0] - '0'];
            return line is "null" ? nullScalar : new YamlScalar(line.ToString(), PyYamlScalars.Resolve(line));
        }
        unescaped.Clear().Append(line);
        for (var indent = IndentHere(); indent > column; indent = IndentHere())
        {
            position += indent;
            line = RestOfLine();
            if (!IsPlain(line, isFirstLine: false))
                return null;
            unescaped.Append(' ').Append(line);
            position += line.Length + 1;
        }
        var scalar = unescaped.ToString();
        return new YamlScalar(scalar, PyYamlScalars.Resolve(scalar));
    }

    /// <summary>Moves into the next entry of the list or map in <paramref name="column"/>, if the next line is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool NextEntry(int column, bool isItem)
    {
        if (position == text.Length || IndentHere() != column || text[(position + column)..].StartsWith("- ") != isItem)
            return false;
        position += column;
        return true;
    }

    /// <summary>True when a list or map starts here, rather than a scalar.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly bool AtBlock()
    {
        if (At("- ") || At("? "))
            return true;
        var line = RestOfLine();
        if (line.IsEmpty || line[0] is not ('"' or '\''))
            return PlainKeyLength(line) > 0;
        var quote = line[0];
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] == '\\' && quote == '"')
                i++;
            else if (line[i] == quote)
            {
                if (quote == '"' || line[(i + 1)..] is not ['\'', ..])
                    return line[(i + 1)..] is [':', ..];
                i++;
            }
        }
        return false;
    }

    /// <summary>Characters before the first colon that ends a key; 0 or less when the line has none.</summary>
    static int PlainKeyLength(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(": ");
        return colon >= 0 ? colon : line is [.., ':'] ? line.Length - 1 : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IsPlain(ReadOnlySpan<char> line, bool isFirstLine)
    {
        if (line.IsEmpty || line[0] is ' ' or '#' || line[^1] is ' ' or ':' || line.Contains(": ", StringComparison.Ordinal)
            || line.Contains(" #", StringComparison.Ordinal))
            return false;
        return !isFirstLine || line[0] switch
        {
            '-' or '?' or ':' => line.Length > 1 && line[1] != ' ',
            ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => false,
            _ => true,
        };
    }

    readonly bool At(ReadOnlySpan<char> expected) => text[position..].StartsWith(expected);

    readonly ReadOnlySpan<char> RestOfLine()
    {
        var rest = text[position..];
        return rest[..Math.Max(0, rest.IndexOf('\n'))];
    }

    /// <summary>Spaces at the start of this line; -1 at the end of the text.</summary>
    readonly int IndentHere()
    {
        var rest = text[position..];
        return rest.IsEmpty ? -1 : rest.IndexOfAnyExcept(' ');
    }

    bool CountNode() => ++nodes <= limits.MaxNodes;
}
