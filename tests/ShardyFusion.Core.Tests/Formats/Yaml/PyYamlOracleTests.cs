using System.Diagnostics;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Core.Tests.Formats.Yaml;

/// <summary>The emitter and the scalar resolver against the real PyYAML.</summary>
public class PyYamlOracleTests
{
    // Reads one JSON document a line; answers with the base64 of safe_dump, or with what safe_load makes of a plain scalar.
    const string Script = """
        import base64, json, sys, yaml
        for line in sys.stdin:
            document = json.loads(line)
            if sys.argv[1] == 'dump':
                print(base64.b64encode(yaml.safe_dump(document, sort_keys=True).encode('ascii')).decode('ascii'))
            elif sys.argv[1] == 'load':
                try:
                    print(json.dumps(yaml.load(document, yaml.BaseLoader)))
                except yaml.YAMLError as error:
                    print(json.dumps('PyYAML refuses it: ' + str(error)))
            else:
                print(yaml.SafeLoader('').resolve(yaml.ScalarNode, document, (True, False)).rsplit(':', 1)[1])
        """;

    [Fact]
    public async Task Write_RandomDocuments_EqualsPyYaml()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var documents = new RandomDocuments(seed);
        var trees = Enumerable.Range(0, 3_000).Select(_ => documents.Map(depth: 4)).ToArray();

        var answers = await AskPython("dump", trees);

        for (var i = 0; i < trees.Length; i++)
        {
            var expected = Encoding.ASCII.GetString(Convert.FromBase64String(answers[i]));
            var actual = Encoding.ASCII.GetString(PyYamlEmitter.Write(trees[i], DocumentLimits.Manifest));
            Assert.True(expected == actual, $"seed {seed}, document {i}\n--- PyYAML\n{expected}\n--- ours\n{actual}");
        }
    }

    [Fact]
    public async Task Resolve_RandomScalars_EqualsPyYaml()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        const string alphabet = "0011223456789--++..__::eExXbaAfFoOTtZz iInN~=<!&*yYrRuUlLsS";
        var scalars = Enumerable.Range(0, 20_000)
            .Select(_ => new string(random.GetItems<char>(alphabet, random.Next(1, 12))))
            .Concat(["2026-3-4 1:02:03.5 +01:00", "2026-03-14T10:30:00Z", "2026-03-14", "null", "NULL", "Yes", "off", ".inf", "-.INF",
                ".NaN", "<<", "="])
            .ToArray();

        var answers = await AskPython("resolve", scalars);

        for (var i = 0; i < scalars.Length; i++)
        {
            var expected = answers[i] switch
            {
                "str" => PlainScalarKind.Text,
                "null" => PlainScalarKind.Null,
                "bool" => PlainScalarKind.Boolean,
                "int" => PlainScalarKind.Integer,
                "float" => PlainScalarKind.Float,
                "timestamp" => PlainScalarKind.Timestamp,
                _ => PlainScalarKind.Reserved,
            };
            Assert.True(expected == PyYamlScalars.Resolve(scalars[i]), $"seed {seed}: '{scalars[i]}' is {answers[i]}");
        }
    }

    [Fact]
    public async Task BlockYamlReader_MutatedDocuments_ReadsWhatPyYamlReadsOrGivesUp()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var documents = new RandomDocuments(seed);
        var random = new Random(seed);
        var accepted = new List<(string Text, YamlMapping Map)>();
        for (var i = 0; i < 8_000; i++)
        {
            var text = Mutate(Encoding.ASCII.GetString(PyYamlEmitter.Write(documents.Map(depth: 3), DocumentLimits.Manifest)), random);
            if (BlockYamlReader.TryRead(text, DocumentLimits.Manifest) is { } map)
                accepted.Add((text, map));
        }
        Assert.True(accepted.Count > 500, $"seed {seed}: only {accepted.Count} mutated documents were accepted");

        var answers = await AskPython("load", accepted.Select(document => document.Text).ToArray());

        for (var i = 0; i < answers.Length; i++)
        {
            using var expected = JsonDocument.Parse(answers[i]);
            Assert.True(SameText(expected.RootElement, accepted[i].Map), $"seed {seed}\n{accepted[i].Text}\n--- PyYAML\n{answers[i]}");
        }
    }

    static string Mutate(string text, Random random)
    {
        const string inserted = " \n'\"\\:#-?{}[]&*!|>%@,x1";
        for (var edits = random.Next(1, 3); edits > 0; edits--)
        {
            var at = random.Next(text.Length);
            text = random.Next(3) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, inserted[random.Next(inserted.Length)].ToString()),
                _ => text[..at] + inserted[random.Next(inserted.Length)] + text[(at + 1)..],
            };
            if (text.Length == 0) return "\n";
        }
        return text;
    }

    /// <summary>PyYAML's BaseLoader leaves every scalar as text, and lets the last of equal keys win (this reader refuses them).</summary>
    static bool SameText(JsonElement expected, YamlNode actual) => actual switch
    {
        YamlMapping map => expected.ValueKind == JsonValueKind.Object && expected.EnumerateObject().Count() == map.Fields.Count
            && expected.EnumerateObject().All(field => map.Fields.TryGetValue(field.Name, out var value) && SameText(field.Value, value)),
        YamlSequence list => expected.ValueKind == JsonValueKind.Array && expected.GetArrayLength() == list.Items.Count
            && expected.EnumerateArray().Zip(list.Items).All(pair => SameText(pair.First, pair.Second)),
        YamlScalar scalar => expected.ValueKind == JsonValueKind.String && expected.GetString() == scalar.Text,
        _ => false,
    };

    static async Task<string[]> AskPython<T>(string mode, IReadOnlyCollection<T> questions)
    {
        var start = new ProcessStartInfo("python3", ["-c", Script, mode])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        Process python;
        try
        {
            python = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            NotAvailable(missing.Message);
            throw;
        }
        using (python)
        {
            var answers = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            try
            {
                foreach (var question in questions)
                    await python.StandardInput.WriteLineAsync(ToJson(question));
                python.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended already; its error output says why.
            }
            await python.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (python.ExitCode != 0 && (await errors).Contains("No module named 'yaml'", StringComparison.Ordinal))
                NotAvailable("python3 has no PyYAML");
            Assert.True(python.ExitCode == 0, await errors);
            var lines = (await answers).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(questions.Count, lines.Length);
            return lines;
        }
    }

    static void NotAvailable(string why)
    {
        var message = $"The comparison with PyYAML needs python3 with PyYAML ({why}); install python3-yaml to enable it.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", message);
        Assert.Skip(message);
    }

    static string ToJson(object? value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            WriteJson(json, value);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    static void WriteJson(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case long integer: json.WriteNumberValue(integer); break;
            case BigInteger integer: json.WriteRawValue(integer.ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            // Python reads a number without point and exponent as an integer.
            case double number: json.WriteRawValue(number.ToString("E16", System.Globalization.CultureInfo.InvariantCulture)); break;
            case List<object?> list:
                json.WriteStartArray();
                foreach (var item in list) WriteJson(json, item);
                json.WriteEndArray();
                break;
            case Dictionary<string, object?> map:
                json.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    json.WritePropertyName(key);
                    WriteJson(json, item);
                }
                json.WriteEndObject();
                break;
            default: throw new ArgumentException($"no JSON for {value.GetType()}", nameof(value));
        }
    }
}
