using System.Globalization;
using System.Text.Json;
using ShardyFusion.Stores;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a probe of a store found.</summary>
sealed class ProbeOutput(IReadOnlyList<StoreProbeResult> results) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("verdict", Verdict);
        json.WriteBoolean("passed", StoreProbe.Judge(results) is StoreFitness.Fit or StoreFitness.Limited);
        json.WriteStartArray("checks");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("check", result.Check);
            json.WriteBoolean("required", result.IsRequired);
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
        var table = new Table().Border(TableBorder.Simple).AddColumns("check", "needed", "passed", "detail").Caption(Summary);
        foreach (var result in results)
            table.AddRow(new Text(result.Check), new Text(result.IsRequired ? "yes" : "no"), new Text(Word(result)),
                new Text(result.Detail));
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        results.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Check}={Word(r)}  {r.Detail}"))
            .Append($"verdict={Verdict}  {Summary}");

    string Verdict => StoreProbe.Judge(results).ToString().ToLowerInvariant();

    string Summary => StoreProbe.Judge(results) switch
    {
        StoreFitness.Fit => "Publishing can use this store.",
        StoreFitness.Limited => "Publishing can use this store; something that is only nice to have is missing.",
        StoreFitness.Unknown => "A check that publishing needs could not be made.",
        _ => "Publishing cannot use this store.",
    };

    static string Word(StoreProbeResult result) => result.Passed switch { true => "yes", false => "no", null => "not checked" };
}
