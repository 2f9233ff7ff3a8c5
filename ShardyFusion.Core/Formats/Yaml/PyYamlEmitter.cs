using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Yaml;

/// <summary>Writes a tree of maps, lists and scalars as PyYAML's <c>safe_dump</c> does, byte for byte: keys sorted by code point, block
/// style, lists not indented under their key, folded at column 80, everything outside printable ASCII escaped.</summary>
/// <remarks>The state (<c>column</c>, <c>whitespace</c>, <c>indention</c>) and its transitions are part of the format: they decide where a
/// line is folded. One instance writes one document.</remarks>
sealed partial class PyYamlEmitter
{
    /// <summary>PyYAML's default width, in characters; a line may exceed it by the word that reaches over it.</summary>
    const int FoldColumn = 80;

    /// <summary>Steps of one nesting level, in spaces.</summary>
    const int IndentStep = 2;

    /// <summary>PyYAML writes a longer key as <c>? key</c>. It counts the tag <c>!!str</c> with the key, against a limit of 128.</summary>
    const int MaxSimpleKeyLength = 122;

    readonly StringBuilder output = new();
    readonly List<string> path = [];
    readonly DocumentLimits limits;
    int indent = -1;
    int column;
    bool whitespace = true;
    bool indention = true;

    PyYamlEmitter(DocumentLimits limits) => this.limits = limits;

    /// <summary>Writes one document.</summary>
    /// <param name="root">Maps with string keys, lists, strings, integers, floating-point numbers, Booleans and null.</param>
    /// <param name="limits">Depth and size that readers accept.</param>
    /// <returns>ASCII bytes, ending in a newline.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestBuild"/>: a value of another type, or a tree too deep or too
    /// large to be read again; names the field.</exception>
    public static byte[] Write(IReadOnlyDictionary<string, object?> root, DocumentLimits limits)
    {
        var emitter = new PyYamlEmitter(limits);
        emitter.EmitNode(root, inMapping: false);
        emitter.WriteIndent();
        if (emitter.output.Length > limits.MaxBytes)
            throw new ShardyFusionException(ErrorKind.ManifestBuild,
                $"The document would have {emitter.output.Length} bytes; the limit is {limits.MaxBytes}.");
        return Encoding.ASCII.GetBytes(emitter.output.ToString());
    }

    void EmitNode(object? value, bool inMapping)
    {
        switch (value)
        {
            case null: WritePlain("null", split: true); break;
            case string text: EmitText(text, isKey: false); break;
            case bool flag: WritePlain(flag ? "true" : "false", split: true); break;
            case double number: WritePlain(PyYamlScalars.FormatFloat(number), split: true); break;
            case float number: WritePlain(PyYamlScalars.FormatFloat(number), split: true); break;
            case int or long or uint or ulong or short or ushort or byte or sbyte or BigInteger:
                WritePlain(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), split: true);
                break;
            case decimal number when decimal.Truncate(number) == number:
                WritePlain(new BigInteger(number).ToString(CultureInfo.InvariantCulture), split: true);
                break;
            case decimal number: WritePlain(PyYamlScalars.FormatFloat((double)number), split: true); break;
            case IReadOnlyDictionary<string, object?> map: EmitMapping(map); break;
            case IReadOnlyDictionary<string, string> map:
                EmitMapping(map.Select(pair => KeyValuePair.Create(pair.Key,
                (object?)pair.Value))); break;
            case IDictionary map: EmitMapping(StringKeys(map)); break;
            case IEnumerable list and not IEnumerable<byte>: EmitSequence(list, inMapping); break;
            default:
                throw Unwritable($"a {value.GetType().Name} cannot be stored, only maps, lists, text, numbers, Booleans and null");
        }
    }

    void EmitMapping(IEnumerable<KeyValuePair<string, object?>> map)
    {
        var pairs = map.ToArray();
        if (pairs.Length == 0)
        {
            EmitEmpty("{", "}");
            return;
        }
        Array.Sort(pairs, static (left, right) => CodePointOrder.Compare(left.Key, right.Key));
        var outer = IncreaseIndent(indentless: false);
        foreach (var (key, value) in pairs)
        {
            path.Add(path.Count == 0 ? key : "." + key);
            WriteIndent();
            if (IsSimpleKey(key))
            {
                EmitText(key, isKey: true);
                WriteIndicator(":", needWhitespace: false);
            }
            else
            {
                WriteIndicator("?", needWhitespace: true, keepIndention: true);
                EmitText(key, isKey: false);
                WriteIndent();
                WriteIndicator(":", needWhitespace: true, keepIndention: true);
            }
            EmitNode(value, inMapping: true);
            path.RemoveAt(path.Count - 1);
        }
        indent = outer;
    }

    void EmitSequence(IEnumerable list, bool inMapping)
    {
        var enumerator = list.GetEnumerator();
        using var disposable = enumerator as IDisposable;
        if (!enumerator.MoveNext())
        {
            EmitEmpty("[", "]");
            return;
        }
        // Directly under a map key the items start in the key's column; "- - a" nests by the usual step.
        var outer = IncreaseIndent(indentless: inMapping && !indention);
        var index = 0;
        do
        {
            path.Add(string.Create(CultureInfo.InvariantCulture, $"[{index++}]"));
            WriteIndent();
            WriteIndicator("-", needWhitespace: true, keepIndention: true);
            EmitNode(enumerator.Current, inMapping: false);
            path.RemoveAt(path.Count - 1);
        }
        while (enumerator.MoveNext());
        indent = outer;
    }

    void EmitEmpty(string open, string close)
    {
        WriteIndicator(open, needWhitespace: true, setWhitespace: true);
        WriteIndicator(close, needWhitespace: false);
    }

    int IncreaseIndent(bool indentless)
    {
        if (path.Count >= limits.MaxDepth)
            throw Unwritable($"it is nested more than {limits.MaxDepth} levels deep");
        var outer = indent;
        if (indent < 0)
            indent = 0;
        else if (!indentless)
            indent += IndentStep;
        return outer;
    }

    static bool IsSimpleKey(string key) => key.Length > 0 && CodePointOrder.CountUpTo(key, MaxSimpleKeyLength + 1) <= MaxSimpleKeyLength
        && !key.AsSpan().ContainsAny("\n\u0085\u2028\u2029");

    IEnumerable<KeyValuePair<string, object?>> StringKeys(IDictionary map)
    {
        foreach (DictionaryEntry entry in map)
            yield return entry.Key is string key ? KeyValuePair.Create(key, entry.Value)
                : throw Unwritable($"a map key of type {entry.Key.GetType().Name} cannot be stored, only text");
    }

    ShardyFusionException Unwritable(string problem) =>
        new(ErrorKind.ManifestBuild, $"{(path.Count == 0 ? "The document" : string.Concat(path))} cannot be written: {problem}.");

    void WriteIndent()
    {
        var target = Math.Max(indent, 0);
        if (!indention || column > target || (column == target && !whitespace))
            WriteLineBreak();
        if (column < target)
        {
            whitespace = true;
            output.Append(' ', target - column);
            column = target;
        }
    }

    void WriteLineBreak(char lineBreak = '\n')
    {
        whitespace = true;
        indention = true;
        column = 0;
        output.Append(lineBreak);
    }

    void WriteIndicator(string indicator, bool needWhitespace, bool setWhitespace = false, bool keepIndention = false)
    {
        if (!whitespace && needWhitespace)
            Append(" ");
        whitespace = setWhitespace;
        indention = indention && keepIndention;
        Append(indicator);
    }

    void Append(ReadOnlySpan<char> text)
    {
        output.Append(text);
        column += text.Length;
    }
}

/// <summary>Python's order and length of text, by code points; .NET's ordinal ones go by UTF-16 units.</summary>
static class CodePointOrder
{
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length - right.Length;
        var (a, b) = (left[common], right[common]);
        // Surrogates stand for code points above every other UTF-16 unit. A shared high surrogate is part of the common prefix.
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
    }

    /// <summary>Number of code points, counted no further than <paramref name="limit"/>.</summary>
    public static int CountUpTo(string text, int limit)
    {
        var count = 0;
        for (var i = 0; i < text.Length && count < limit; i++, count++)
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
        return count;
    }
}
