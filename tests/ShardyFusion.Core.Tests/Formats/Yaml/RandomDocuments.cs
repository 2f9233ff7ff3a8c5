using System.Numerics;
using System.Text;

namespace ShardyFusion.Core.Tests.Formats.Yaml;

/// <summary>Random trees biased towards what a YAML writer can get wrong: blanks, breaks, indicators, numbers in disguise, long
/// lines.</summary>
sealed class RandomDocuments(int seed)
{
    static readonly string[] tricky =
    [
        "", " ", "  ", "\n", "\n\n", " \n", "\n ", "'", "''", "\"", "\\", "#", " #", "# ", ":", ": ", " :", "-", "- ", "--", "---", "...",
            "?", "? ", ",", "[", "]",
        "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", "~", "=", "<<", "null", "Null", "NULL", "yes", "No", "ON", "off", "true", "FALSE",
        "y", "n", "1", "-1",
        "+5", "0", "007", "089", "0o17", "0x1F", "0b1", "1_000", "_1", "1.0", "1.", ".5", "-.5", "1e5", "1.0e+5", "1.5e5", ".inf", "-.inf",
        ".nan", "12:30",
        "1:2.5", "2026-03-14", "2026-03-14T10:30:00Z", "2026-3-4 1:02:03.5 +01:00", "\t", "\r", "\0", "\u0007", "\u001b", "\u007f",
        "\u0085", "\u00a0", "é", "ключ",
        "日本", "\u2028", "\u2029", "\ufeff", "\ufffe", "😀", "a b", "a  b", "a\nb", "a\n\nb", "a: b", "a #b", "x:y", "s3://bucket/prefix",
        "it's", "say \"hi\"",
    ];

    readonly Random random = new(seed);

    public object? Value(int depth) => random.Next(depth > 0 ? 11 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => Integer(),
        3 => Float(),
        <= 7 => Text(),
        8 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1)).ToList(),
        _ => Map(depth - 1),
    };

    public Dictionary<string, object?> Map(int depth)
    {
        var map = new Dictionary<string, object?>();
        for (var remaining = random.Next(5); remaining > 0; remaining--)
            map[random.Next(3) == 0 ? Text() : "k" + random.Next(100)] = Value(depth);
        return map;
    }

    public string Text()
    {
        var text = new StringBuilder();
        for (var pieces = random.Next(random.Next(4) == 0 ? 40 : 4); pieces >= 0; pieces--)
        {
            switch (random.Next(4))
            {
                case 0: text.Append(tricky[random.Next(tricky.Length)]); break;
                case 1: text.Append(' ', random.Next(8) == 0 ? random.Next(4) : 1); break;
                case 2: text.Append((char)random.Next(32, 127)); break;
                default: text.Append('w', random.Next(random.Next(10) == 0 ? 130 : 12)); break;
            }
        }
        return text.ToString();
    }

    object Integer() => random.Next(3) switch
    {
        0 => (object)(long)random.Next(-10, 1000),
        1 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => new BigInteger(long.MaxValue) * random.Next(2, 1000),
    };

    double Float()
    {
        var value = random.Next(4) switch
        {
            0 => random.Next(-100, 100) / 4.0,
            1 => Math.Pow(10, random.Next(-20, 25)),
            2 => random.NextDouble() * Math.Pow(10, random.Next(-10, 20)),
            _ => BitConverter.Int64BitsToDouble(random.NextInt64()),
        };
        return double.IsFinite(value) ? value : 0.5;
    }
}
