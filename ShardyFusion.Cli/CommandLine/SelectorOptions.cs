using System.CommandLine;
using ShardyFusion.Catalog;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--ref, --run-id, --offset, --tag, --from-pointer: which snapshot is meant.</summary>
sealed class SelectorOptions
{
    readonly Option<string?> reference = new("--ref") { Description = "The snapshot with this manifest ref.", HelpName = "ref" };
    readonly Option<string?> runId = new("--run-id") { Description = "The snapshot that this run built.", HelpName = "id" };
    readonly Option<int?> offset = new("--offset")
    {
        Description = "The snapshot published this many before the current one.",
        HelpName = "n",
    };
    readonly Option<string?> tag = new("--tag") { Description = "The snapshot with this tag.", HelpName = "tag" };
    readonly Option<string?> pointer = new("--from-pointer")
    {
        Description = "The snapshot that this pointer names, such as CANARY.",
        HelpName = "name",
    };

    /// <param name="command">Gets the options.</param>
    /// <param name="isRequired">True: exactly one must be given. False: at most one; none is the current snapshot.</param>
    /// <param name="instead">An option that stands for all of them, beside which only --run-id may be given; null for none.</param>
    public SelectorOptions(Command command, bool isRequired, Option? instead = null)
    {
        command.Add(reference);
        command.Add(runId);
        command.Add(offset);
        command.Add(tag);
        command.Add(pointer);
        command.Validators.Add(result =>
        {
            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
            if (instead is not null && IsGiven(instead))
            {
                if (new Option[] { reference, offset, tag, pointer }.Any(IsGiven))
                    result.AddError($"{instead.Name} cannot be combined with --ref, --offset, --tag or --from-pointer.");
                return;
            }
            var given = new Option[] { reference, runId, offset, tag, pointer }.Count(IsGiven);
            if (given > 1 || (isRequired && given == 0))
                result.AddError(
                    $"Give {(isRequired ? "exactly" : "at most")} one of --ref, --run-id, --offset, "
                        + $"--tag{(instead is null ? "" : $", {instead.Name}")} and --from-pointer.");
        });
        offset.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var steps) && steps < 0)
                result.AddError("--offset must be at least 0.");
        });
    }

    public SnapshotSelector Of(ParseResult parsed) =>
        new()
        {
            Ref = parsed.GetValue(reference),
            RunId = parsed.GetValue(runId),
            Offset = parsed.GetValue(offset),
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
