using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Output;

/// <summary>An error as a command reports it.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="ErrorId">The name that scripts go by.</param>
/// <param name="Advice">What to do; null when nothing is known to help.</param>
/// <param name="Key">The key that it is about; null for none.</param>
sealed record ErrorReport(string Message, string ErrorId, string? Advice = null, string? Key = null)
{
    /// <summary>The report of an error of the core.</summary>
    public static ErrorReport Of(ShardyFusionException e, string? key) => new(e.Message, e.ErrorId, e.RecommendedAction,
        key ?? (e.Kind == ErrorKind.ShardAssignment ? e.Target?.ToString() : null));

    /// <summary>Writes it to standard error: an object in the JSON modes, a line and an advice otherwise.</summary>
    public void Write(Terminal terminal, OutputMode mode, string op)
    {
        var message = SecretRedactor.Redact(Message);
        var advice = Advice is null ? null : SecretRedactor.Redact(Advice);
        if (mode is OutputMode.Json or OutputMode.Jsonl)
        {
            terminal.Error.WriteLine(CommandOutput.Json(OutputMode.Jsonl, op, json =>
            {
                json.WriteString("error", message);
                json.WriteString("error_id", ErrorId);
                if (Key is not null) json.WriteString("key", Key);
                if (advice is not null) json.WriteString("action", advice);
            }));
        }
        else
        {
            terminal.Error.WriteLine(VisibleText.Escape($"error: {message}"));
            if (advice is not null) terminal.Error.WriteLine(VisibleText.Escape($"  {advice}"));
        }
        terminal.Error.Flush();
    }
}
