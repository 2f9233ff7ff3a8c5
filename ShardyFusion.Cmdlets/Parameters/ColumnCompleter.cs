using System.Management.Automation.Language;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes columns of the input: those of the file that <c>-Path</c> names, or that <c>Import-Csv</c> reads before it in the
/// pipeline.</summary>
public sealed class ColumnCompleter : NameCompleter
{
    /// <summary>A file on a slow disk is not waited for any longer.</summary>
    static readonly TimeSpan WaitLimit = TimeSpan.FromMilliseconds(200);

    private protected override (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request)
    {
        var given = request.Parameters["Path"] ?? request.Parameters["LiteralPath"];
        var path = (given is object[] several ? several.FirstOrDefault() : given)?.ToString() ?? ImportedPath(request.Command);
        if (path is null || CompletionRequest.ResolvePath(path) is not { } file || !Path.Exists(file)) return ([], true);
        using var limit = new CancellationTokenSource(WaitLimit);
        var columns = Task.Run(() => InputColumns.ReadAsync(file, limit.Token));
        return columns.Wait(WaitLimit)
            ? (columns.Result.Select(column => new CompletionName(column, $"column of {Path.GetFileName(file)}")), true) : ([], false);
    }

    static string? ImportedPath(CommandAst command)
    {
        if (command.Parent is not PipelineAst pipeline || pipeline.PipelineElements is not [CommandAst first, ..] || first == command)
            return null;
        return first.GetCommandName() is { } name && name.Equals("Import-Csv", StringComparison.OrdinalIgnoreCase)
            ? first.CommandElements.Skip(1).OfType<StringConstantExpressionAst>().FirstOrDefault()?.Value : null;
    }
}
