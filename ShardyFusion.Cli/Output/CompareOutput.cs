using System.Text.Json;
using ShardyFusion.Maintenance;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What comparing two snapshots found.</summary>
/// <param name="comparison">The figures.</param>
/// <param name="rows">As many of the differences as were asked for.</param>
sealed class CompareOutput(SnapshotComparison comparison, IReadOnlyList<RowDifference> rows) : CommandOutput
{
    static readonly ValueText Values = new(null);

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from", comparison.From.RunId);
        json.WriteString("from_ref", comparison.From.ManifestRef);
        json.WriteString("to", comparison.To.RunId);
        json.WriteString("to_ref", comparison.To.ManifestRef);
        json.WriteString("level", RunsOutput.Word(comparison.Level));
        json.Any("rows_equal", comparison.RowsEqual);
        json.Any("added", comparison.Added);
        json.Any("removed", comparison.Removed);
        json.Any("changed", comparison.Changed);
        json.WriteNumber("groups", comparison.Groups);
        json.WriteNumber("groups_equal", comparison.GroupsEqual);
        json.WriteNumber("groups_compared", comparison.GroupsCompared);
        json.WriteNumber("rows_read", comparison.RowsRead);
        json.WriteNumber("duration_seconds", Math.Round(comparison.Duration.TotalSeconds, 3));
        json.WriteStartArray("fields");
        foreach (var field in comparison.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.Any("from", field.From);
            json.Any("to", field.To);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("differences");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("change", RunsOutput.Word(row.Change));
            json.Any("key", row.Key);
            if (row.OldValue is { } before) Values.Write(json, "old_value", before, row.OldEncoding);
            if (row.NewValue is { } after) Values.Write(json, "new_value", after, row.NewEncoding);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("from", comparison.From.RunId),
            ("to", comparison.To.RunId),
            ("rows", comparison.RowsEqual switch { true => "equal", false => "different", null => "not known" }),
            ("added", Count(comparison.Added)),
            ("removed", Count(comparison.Removed)),
            ("changed", Count(comparison.Changed)),
            ("equal by hash", $"{comparison.GroupsEqual} of {comparison.Groups} shard groups"),
            ("took", Format.Duration(comparison.Duration)),
        ]);
        if (comparison.Fields.Count > 0)
        {
            var fields = Format.Grid("field", "from", "to");
            foreach (var field in comparison.Fields) fields.Row(field.Name, Format.Key(field.From), Format.Key(field.To));
            yield return fields;
        }
        if (rows.Count == 0) yield break;
        var table = Format.Grid("change", "key", "old value", "new value");
        foreach (var row in rows) table.Row(RunsOutput.Word(row.Change), Format.Key(row.Key), Old(row), New(row));
        yield return table;
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{comparison.From.RunId} -> {comparison.To.RunId}  added={comparison.Added}  removed={comparison.Removed}  "
            + $"changed={comparison.Changed}";
        foreach (var field in comparison.Fields) yield return $"{field.Name}: {Format.Key(field.From)} -> {Format.Key(field.To)}";
        foreach (var row in rows) yield return $"{RunsOutput.Word(row.Change)}  {Format.Key(row.Key)}  {Old(row)} -> {New(row)}";
    }

    static string Count(long? count) => count is { } known ? Format.Count(known) : "";

    static string Old(RowDifference row) => row.OldValue is { } value ? Values.Of(value, row.OldEncoding) : "";

    static string New(RowDifference row) => row.NewValue is { } value ? Values.Of(value, row.NewEncoding) : "";
}
