using System.Text.Json;
using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What an export wrote.</summary>
sealed class ExportOutput(SnapshotInfo snapshot, ExportResult written) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", snapshot.RunId);
        json.WriteString("manifest_ref", snapshot.ManifestRef);
        json.WriteString("path", SecretRedactor.Redact(written.Path));
        json.WriteNumber("rows", written.Rows);
        json.WriteNumber("bytes", written.Bytes);
        json.WriteString("read_back", ReadBack());
        json.WriteNumber("duration_seconds", Math.Round(written.Duration.TotalSeconds, 3));
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("run", snapshot.RunId),
            ("file", SecretRedactor.Redact(written.Path)),
            ("rows", Format.Count(written.Rows)),
            ("bytes", Format.Bytes(written.Bytes)),
            ("read back", $"shardy write {ReadBack()}"),
            ("took", Format.Duration(written.Duration)),
        ]);
    }

    /// <summary>The options under which write gives equal rows.</summary>
    string ReadBack()
    {
        var shape = written.ReadBack;
        if (shape.IsDatabase)
        {
            // Families of shards are read one by one.
            return shape.ColumnFamily is null ? ""
                : $"--format rocksdb --column-family {shape.ColumnFamily} --key-encoding {shape.KeyEncoding.StorageName()} "
                    + $"--value-encoding {Word(shape.ValueEncoding)}";
        }
        var text =
            $"--key {RowTextShape.KeyField} --key-encoding {shape.KeyEncoding.StorageName()} --value {shape.ValueField} --value-encoding "
                + $"{Word(shape.ValueEncoding)}";
        if (shape.KeyForm != TextForm.Text) text += $" --key-format {Word(shape.KeyForm)}";
        return shape.ValueForm == TextForm.Text ? text : $"{text} --value-format {Word(shape.ValueForm)}";
    }

    static string Word<T>(T name) where T : struct, Enum => name.ToString().ToLowerInvariant();

    protected override IEnumerable<string> Lines()
    {
        yield return $"{written.Rows} rows of run {snapshot.RunId} in {SecretRedactor.Redact(written.Path)}";
    }
}
