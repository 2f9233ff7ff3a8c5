using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Reporting;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>A report that was saved.</summary>
sealed class ReportOutput(SavedReport saved) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("path", SecretRedactor.Redact(saved.Path));
        json.WriteNumber("bytes", saved.Bytes);
        json.WriteString("status", Status);
        json.WriteString("run_id", saved.Report.Health.RunId);
        json.Any("problems", saved.Report.Problems);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("page", SecretRedactor.Redact(saved.Path)), ("size", Format.Bytes(saved.Bytes)), ("status", Status),
            ("run", saved.Report.Health.RunId), .. saved.Report.Problems.Select(problem => ("missing", (string?)problem))]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return SecretRedactor.Redact(saved.Path);
        foreach (var problem in saved.Report.Problems) yield return $"missing={problem}";
    }

    string Status => saved.Report.Health.Status.ToString().ToLowerInvariant();
}
