using System.Text.Json;
using ShardyFusion.Snapshots.Reports;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>A report that was saved.</summary>
internal sealed class ReportOutput(SavedReport saved) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("path", saved.Path);
        json.WriteNumber("bytes", saved.Bytes);
        json.WriteString("status", Status);
        json.WriteString("run_id", saved.Report.Health.RunId);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("page", saved.Path), ("size", Format.Bytes(saved.Bytes)), ("status", Status), ("run", saved.Report.Health.RunId)]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return saved.Path;
    }

    string Status => saved.Report.Health.Status.ToString().ToLowerInvariant();
}
