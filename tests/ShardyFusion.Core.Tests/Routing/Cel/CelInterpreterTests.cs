using System.Globalization;
using System.Text;
using Cel;
using Google.Protobuf;
using ShardyFusion.Hashing;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;
using CelType = ShardyFusion.Routing.Cel.CelType;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>Random rows through our evaluation and through the Cel package's own interpreter, which shares nothing with ours but the
/// grammar.</summary>
/// <remarks>
/// Left out is where that interpreter departs from the reference evaluator: a fault on the left of &amp;&amp; and ||, doubles divided by
/// zero, comparisons with NaN, and how string() writes doubles. Golden data decides there. SHARDYFUSION_TEST_CEL_ROWS sets the number of
/// rows; the long form is 1000000.
/// </remarks>
public class CelInterpreterTests(ITestOutputHelper output)
{
    static readonly int Rows = int.Parse(Environment.GetEnvironmentVariable("SHARDYFUSION_TEST_CEL_ROWS") ?? "3000",
        CultureInfo.InvariantCulture);

    static readonly CelColumn[] columns =
    [
        new("key", CelType.Int), new("a", CelType.Int), new("u", CelType.UInt), new("d", CelType.Double), new("s", CelType.String),
            new("t", CelType.String),
        new("b", CelType.Bytes), new("f", CelType.Bool),
    ];

    static readonly string[] expressions =
    [
        "key % 16",
        "shard_hash(key) % 100u",
        "shard_hash(s + ':' + string(key)) % 64u",
        "shard_hash(s + '|' + t + '|' + string(a) + '|' + string(u) + '|' + string(f)) % 7u",
        "key + a * 3 - key / 7",
        "a * key",
        "key / a",
        "key % a",
        "u - uint(a)",
        "u * 3u + 1u",
        "-key",
        "key < a ? 0 : key == a ? 1 : 2",
        "d < 0.5 ? 0 : d <= 2.0 ? 1 : d > 100.0 ? 2 : 3",
        "d * 2.0 - d / 3.0",
        "key > 0 && a / key > 1",
        "key == 0 || a / key > 1",
        "a != 0 && 1 / a > 0 && f",
        "!f || key != a",
        "key in [1, 5, 9, 100, -3] ? 1 : 0",
        "s in ['eu', 'us', 'ap', 'é', '😀'] ? 1 : 0",
        "s.startsWith(t) || s.endsWith(t) || s.contains('é')",
        "s + t",
        "string(key) + '/' + s",
        "uint(key) % 8u",
        "int(u)",
        "int(s) + 1",
        "double(key) / 3.0",
        "s.size() + t.size()",
        "[2, 3, 5].exists(p, key % p == 0) ? a : key",
        "[key, a, 7].all(x, x > 3 && x < 1000)",
        "s == t ? 0 : s != 'eu' ? 1 : 2",
        "string(b) == s ? bytes(t) : b",
    ];

    [Fact]
    public void Evaluate_RandomRows_EqualsTheInterpreter()
    {
        var seed = Environment.TickCount;
        var environment = new CelEnvironment(null, null) { StrictTypeComparison = true };
        environment.RegisterFunction("shard_hash", [typeof(long)], values => XxHash3.Hash8((ulong)(long)values[0]!));
        environment.RegisterFunction("shard_hash", [typeof(string)], values => XxHash3.Hash(Encoding.UTF8.GetBytes((string)values[0]!)));
        var random = new Random(seed);
        var pairs = expressions.Select(text =>
            (Text: text, Ours: CelCompiler.Compile(text, columns, null), Theirs: environment.Compile(text))).ToArray();
        var row = pairs[0].Ours.CreateColumns();
        var (equal, failed, different) = (0L, 0L, new List<string>());
        for (var i = 0; i < Rows && different.Count < 20; i++)
        {
            var values = RandomValues(random);
            var theirValues = values.ToDictionary(value =>
                value.Key, value => value.Value is byte[] bytes ? ByteString.CopyFrom(bytes) : value.Value);
            foreach (var (text, ours, theirs) in pairs)
            {
                // A program with variables of its own needs columns of its own.
                if (ours.Slots > columns.Length) row = ours.CreateColumns();
                row.Clear();
                for (var slot = 0; slot < columns.Length; slot++) row.Set(slot, values[columns[slot].Name]);
                var mine = CelValueText.Evaluate(ours, row, out var fault);
                var expected = Interpret(theirs, theirValues);
                if (mine != expected)
                    different.Add($"{text} with {string.Join(", ", values.Select(value => $"{value.Key}={KeyFaults.Show(value.Value)}"))}: "
                    + $"{mine ?? fault!.Reason}, interpreter {expected ?? "failed"}");
                else if (mine is null) failed++;
                else equal++;
            }
        }
        output.WriteLine($"seed {seed}");
        output.WriteLine($"counts: {Rows} random rows x {pairs.Length} expressions: {equal} values equal to the interpreter's, {failed} "
            + $"failed in both, different: {different.Count}");
        Assert.True(different.Count == 0, $"seed {seed}\n{string.Join('\n', different)}");
    }

    static string? Interpret(CelProgramDelegate program, Dictionary<string, object?> values)
    {
        try
        {
            return program(values) switch
            {
                bool truth => truth ? "true" : "false",
                double number => CelValueText.Normal(number),
                string text => text,
                byte[] bytes => Convert.ToBase64String(bytes),
                ByteString bytes => bytes.ToBase64(),
                var number => Convert.ToString(number, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is CelException or OverflowException or DivideByZeroException or FormatException)
        {
            return null;
        }
    }

    static Dictionary<string, object?> RandomValues(Random random) => new()
    {
        ["key"] = Integer(random),
        ["a"] = Integer(random),
        ["u"] = (ulong)Integer(random),
        ["d"] = Number(random),
        ["s"] = Text(random),
        ["t"] = Text(random),
        ["b"] = random.Next(3) == 0 ? Bytes(random) : Encoding.UTF8.GetBytes(Text(random)),
        ["f"] = random.Next(2) == 0,
    };

    static long Integer(Random random) => random.Next(6) switch
    {
        0 => random.Next(-3, 4),
        1 => random.NextInt64(long.MinValue, long.MaxValue),
        2 => long.MaxValue - random.Next(3),
        3 => long.MinValue + random.Next(3),
        _ => random.Next(-1000, 1000),
    };

    static double Number(Random random) => random.Next(6) switch
    {
        0 => random.Next(-3, 4),
        1 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) is var any && double.IsNaN(any) ? 0 : any,
        2 => double.PositiveInfinity,
        _ => random.NextDouble() * 200 - 50,
    };

    static readonly string[] texts = ["", "eu", "us", "é", "e\u0301", "😀", "a", "ab", "日本", "\ue000", "42", "-7", "eu-west", "a\0b",
        "9223372036854775808"];

    static string Text(Random random) => random.Next(4) == 0
        ? string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => texts[random.Next(texts.Length)]))
        : texts[random.Next(texts.Length)];

    static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(6)];
        random.NextBytes(bytes);
        return bytes;
    }
}
