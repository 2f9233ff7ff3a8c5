using System.Text.Json;
using ShardyFusion.Reading;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>One looked-up key, as get shows it.</summary>
sealed class GetOutput(string key, LookupResult result, ValueText values) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("key", key);
        json.WriteBoolean("found", result.Found);
        if (result.Found) values.Write(json, "value", result.Value!, result.ValueEncoding);
        else json.WriteString("value", values.Missing);
        json.WriteNumber("shard_id", result.ShardId);
        json.WriteString("run_id", result.RunId);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("key", key),
            ("found", result.Found ? "yes" : "no"),
            ("value", result.Found ? values.Of(result.Value!, result.ValueEncoding) : values.Missing ?? ""),
            ("shard", $"{result.ShardId}"),
            ("run", result.RunId),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return result.Found ? $"{key}={values.Of(result.Value!, result.ValueEncoding)}" : NotFound(key, values);
    }

    public static string NotFound(string key, ValueText values) => values.Missing is { } missing ? $"{key}={missing}"
        : $"{key} (not found)";
}

/// <summary>Several looked-up keys.</summary>
/// <param name="results">In the order of the keys; the error of a key that cannot be looked up.</param>
/// <param name="values">Shows values.</param>
sealed class MultigetOutput(IReadOnlyList<(string Key, LookupResult? Result, string? Error)> results, ValueText values)
    : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("results");
        foreach (var (key, result, error) in results)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteBoolean("found", result?.Found == true);
            if (result?.Value is { } value) values.Write(json, "value", value, result.ValueEncoding);
            if (result is not null) json.WriteNumber("shard_id", result.ShardId);
            if (error is not null) json.WriteString("error", error);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (results.FirstOrDefault(r => r.Result is not null).Result is { } any) json.WriteString("run_id", any.RunId);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("key", "found", "shard#", "value");
        foreach (var (key, result, error) in results)
            table.Row(key, error is not null ? "error" : result!.Found ? "yes" : "no", $"{result?.ShardId}", error ?? Show(result!));
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        results.Select(r => r.Error is not null ? $"{r.Key} (error: {r.Error})" : r.Result!.Found ? $"{r.Key}={Show(r.Result)}"
            : GetOutput.NotFound(r.Key, values));

    string Show(LookupResult result) => result.Found ? values.Of(result.Value!, result.ValueEncoding) : "";
}
