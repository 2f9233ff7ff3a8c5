using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Output;

/// <summary>Writes an error to standard error: an object in the JSON modes, a line and an advice otherwise.</summary>
static class ErrorReport
{
    public static void Write(Terminal terminal, OutputMode mode, string op, string message, string errorId, string? advice, string? key)
    {
        message = SecretRedactor.Redact(message);
        if (advice is not null) advice = SecretRedactor.Redact(advice);
        if (mode is OutputMode.Json or OutputMode.Jsonl)
        {
            terminal.Error.WriteLine(CommandOutput.Json(OutputMode.Jsonl, op, json =>
            {
                json.WriteString("error", message);
                json.WriteString("error_id", errorId);
                if (key is not null) json.WriteString("key", key);
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
