using System.Text.Json;
using ShardyFusion.Maintenance;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What the snapshots hold under one key, newest first.</summary>
sealed class KeyHistoryOutput(string key, IReadOnlyList<KeyVersion> versions) : CommandOutput
{
    static readonly ValueText Values = new(null);

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("key", key);
        json.WriteStartArray("versions");
        foreach (var version in versions)
        {
            json.WriteStartObject();
            json.Any("offset", version.Offset);
            json.WriteString("run_id", version.RunId);
            json.WriteString("published_at", Format.Time(version.PublishedAt));
            json.WriteString("ref", version.ManifestRef);
            json.Any("found", version.Found);
            if (version.Value is { } value) Values.Write(json, "value", value, version.ValueEncoding);
            else json.WriteNull("value");
            json.Any("change", version.Change is { } change ? RunsOutput.Word(change) : null);
            if (version.Problem is not null) json.WriteString("problem", version.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("", "offset#", "run", "published", "change", "value");
        foreach (var version in versions)
            table.Row(version.IsCurrent ? "*" : "", $"{version.Offset}", version.RunId, Format.ShortTime(version.PublishedAt),
                Change(version), Show(version));
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        versions.Select(v => $"[{v.Offset}] {Format.Time(v.PublishedAt)}  run_id={v.RunId}  {Change(v)}  {Show(v)}");

    static string Change(KeyVersion version) => version.Change is { } change ? RunsOutput.Word(change) : "";

    static string Show(KeyVersion version) => version.Value is { } value ? Values.Of(value, version.ValueEncoding) : version.Problem
        ?? "(not found)";
}
