using System.Text.Json;
using ShardyFusion.Snapshots;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What an export wrote.</summary>
internal sealed class ExportOutput(SnapshotInfo snapshot, ExportResult written) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", snapshot.RunId);
        json.WriteString("manifest_ref", snapshot.ManifestRef);
        json.WriteString("path", written.Path);
        json.WriteNumber("rows", written.Rows);
        json.WriteNumber("bytes", written.Bytes);
        json.WriteNumber("duration_seconds", Math.Round(written.Duration.TotalSeconds, 3));
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("run", snapshot.RunId),
            ("file", written.Path),
            ("rows", Format.Count(written.Rows)),
            ("bytes", Format.Bytes(written.Bytes)),
            ("took", Format.Duration(written.Duration)),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{written.Rows} rows of run {snapshot.RunId} in {written.Path}";
    }
}
