using ShardyFusion.Cli.Output;
using Spectre.Console;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>What the command line says about a change, and who can be asked.</summary>
/// <param name="Terminal">Where someone may sit.</param>
/// <param name="IsDryRun">True to show what would happen only.</param>
/// <param name="IsConfirmed">True when the answer is given already.</param>
readonly record struct Approval(Terminal Terminal, bool IsDryRun, bool IsConfirmed)
{
    /// <summary>Asks whoever can be asked, unless the answer is given already.</summary>
    /// <returns>False for a no. Where nobody can be asked, the command itself is the yes.</returns>
    public async Task<bool> AskAsync(string question, CancellationToken cancellationToken) =>
        IsConfirmed || !Terminal.CanAsk || await new ConfirmationPrompt(Format.Plain(question)) { DefaultValue = false }
            .ShowAsync(Terminal.Messages(), cancellationToken).ConfigureAwait(false);
}
