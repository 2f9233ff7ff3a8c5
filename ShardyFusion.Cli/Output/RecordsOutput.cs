using System.Text.Json;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>A list of things with the same few fields each.</summary>
/// <param name="name">Name of the list in JSON.</param>
/// <param name="fields">Names of the fields, as in JSON.</param>
/// <param name="records">The fields' values: text, numbers, times, Booleans, or null.</param>
sealed class RecordsOutput(string name, IReadOnlyList<string> fields, IReadOnlyList<object?[]> records) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray(name);
        foreach (var record in records)
        {
            json.WriteStartObject();
            FactsOutput.Write(json, fields.Zip(record));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid([.. fields]);
        foreach (var record in records) table.Row([.. record.Select(FactsOutput.Short)]);
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        records.Select(record => string.Join("  ", fields.Zip(record).Select(static f => $"{f.First}={FactsOutput.Short(f.Second)}")));
}

/// <summary>What a command did, as a few fields.</summary>
/// <param name="facts">Names, as in JSON, and values: text, numbers, times, Booleans, or null.</param>
sealed class FactsOutput(params IReadOnlyList<(string Name, object? Value)> facts) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json) => Write(json, facts);

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(facts.Select(static fact => (fact.Name, (string?)Short(fact.Value))));
    }

    protected override IEnumerable<string> Lines() => facts.Select(static fact => $"{fact.Name}: {Short(fact.Value)}");

    public static void Write(Utf8JsonWriter json, IEnumerable<(string Name, object? Value)> fields)
    {
        foreach (var (field, value) in fields)
            json.Any(field, value is DateTimeOffset time ? Format.Time(time) : value is Enum word ? RunsOutput.Word(word) : value);
    }

    public static string Short(object? value) => value switch
    {
        DateTimeOffset time => Format.ShortTime(time),
        Enum word => RunsOutput.Word(word),
        bool flag => flag ? "yes" : "no",
        _ => Format.Key(value),
    };
}
