using System.CommandLine;
using System.CommandLine.Parsing;
using ShardyFusion.Catalog;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--ref, --run-id, --offset, --tag, --from-pointer: which snapshot is meant.</summary>
sealed class SelectorOptions
{
    readonly Option<string?> reference = new("--ref") { Description = "The snapshot with this manifest ref.", HelpName = "ref" };
    readonly Option<string?> runId;
    readonly Option<int?> offset = new("--offset")
    {
        Description = "The snapshot published this many before the current one; -1 is the one after it.",
        HelpName = "n",
    };
    readonly Option<string?> tag = new("--tag") { Description = "The snapshot with this tag.", HelpName = "tag" };
    readonly Option<string?> pointer = new("--from-pointer")
    {
        Description = "The snapshot that this pointer names, such as CANARY.",
        HelpName = "name",
    };

    /// <summary>--ref before the command's name: <c>shardy --ref … info</c>.</summary>
    public static Option<string?> BeforeCommandRef { get; } = new("--ref")
    {
        Description = "The snapshot with this manifest ref, for a command that takes --ref.",
        HelpName = "ref",
    };

    /// <summary>--offset before the command's name.</summary>
    public static Option<int?> BeforeCommandOffset { get; } = new("--offset")
    {
        Description = "The snapshot published this many before the current one, for a command that takes --offset.",
        HelpName = "n",
    };

    /// <param name="command">Gets the options.</param>
    /// <param name="isRequired">True: exactly one must be given. False: at most one; none is the current snapshot.</param>
    /// <param name="instead">An option that stands for all of them, beside which only --run-id may be given; null for none.</param>
    /// <param name="sharedRunId">The command's own --run-id, which names the snapshot, too; null to add one.</param>
    public SelectorOptions(Command command, bool isRequired, Option? instead = null, Option<string?>? sharedRunId = null)
    {
        runId = sharedRunId ?? new("--run-id") { Description = "The snapshot that this run built.", HelpName = "id" };
        command.Add(reference);
        if (sharedRunId is null) command.Add(runId);
        command.Add(offset);
        command.Add(tag);
        command.Add(pointer);
        command.Validators.Add(result =>
        {
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (instead is not null && IsGiven(instead))
            {
                if (new Option[] { reference, BeforeCommandRef, offset, BeforeCommandOffset, tag, pointer }.Any(IsGiven))
                    result.AddError($"{instead.Name} cannot be combined with --ref, --offset, --tag or --from-pointer.");
                return;
            }
            var given = new Option[] { reference, BeforeCommandRef, runId, offset, BeforeCommandOffset, tag, pointer }.Count(IsGiven);
            if (given > 1 || (isRequired && given == 0))
                result.AddError(
                    $"Give {(isRequired ? "exactly" : "at most")} one of --ref, --run-id, --offset, "
                        + $"--tag{(instead is null ? "" : $", {instead.Name}")} and --from-pointer.");
        });
    }

    /// <summary>What is wrong with a selection before the command's name; null when nothing is.</summary>
    public static string? FaultBeforeCommand(ParseResult parsed)
    {
        var given = new Option[] { BeforeCommandRef, BeforeCommandOffset }.FirstOrDefault(option => parsed.GetResult(option) is not null);
        return given is null ? null
            : !parsed.CommandResult.Command.Options.Any(option => option.Name == given.Name)
            ? $"'{parsed.CommandResult.Command.Name}' takes no {given.Name}." : null;
    }

    public SnapshotSelector Of(ParseResult parsed) =>
        new()
        {
            Ref = parsed.GetValue(reference) ?? parsed.GetValue(BeforeCommandRef),
            RunId = parsed.GetValue(runId),
            Offset = parsed.GetValue(offset) ?? parsed.GetValue(BeforeCommandOffset),
            Tag = parsed.GetValue(tag),
            Pointer = parsed.GetValue(pointer),
        };

    /// <summary>The snapshot that one word names: a run id, or a manifest ref, which has slashes; null for none.</summary>
    public static SnapshotSelector? OfWord(string? word) =>
        word is null ? null : word.Contains('/', StringComparison.Ordinal) ? new SnapshotSelector { Ref = word } : new SnapshotSelector
        {
            RunId = word,
        };
}
