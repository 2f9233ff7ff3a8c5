using System.Globalization;
using System.Text.Json;
using ShardyFusion.Stores;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a probe of a store found.</summary>
internal sealed class ProbeOutput(IReadOnlyList<StoreProbeResult> results) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteBoolean("passed", results.All(r => r.Passed == true));
        json.WriteStartArray("checks");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("check", result.Check);
            if (result.Passed is { } passed) json.WriteBoolean("passed", passed);
            else json.WriteNull("passed");
            json.WriteNumber("milliseconds", Math.Round((decimal)result.Duration.TotalMilliseconds, 1));
            json.WriteString("detail", result.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("check", "passed", "detail");
        foreach (var result in results) table.AddRow(new Text(result.Check), new Text(Word(result)), new Text(result.Detail));
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        results.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Check}={Word(r)}  {r.Detail}"));

    static string Word(StoreProbeResult result) => result.Passed switch { true => "yes", false => "no", null => "not checked" };
}
