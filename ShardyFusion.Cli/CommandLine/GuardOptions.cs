using System.CommandLine;
using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of commands that publish: which pointer, what is checked before it moves, what is read after.</summary>
sealed class GuardOptions
{
    readonly Option<string?> pointer = new("--pointer")
    {
        Description = "The pointer to move, such as CANARY. Default: CURRENT, which readers follow.",
        HelpName = "name",
    };
    readonly Option<long?> minRows = new("--min-rows")
    {
        Description = "Publish only if the snapshot has at least this many rows.",
        HelpName = "n",
    };
    readonly Option<string?> maxDrop = new("--max-drop")
    {
        Description = "Publish only if the snapshot has at most this many fewer rows than the current one: 500 or 10%.",
        HelpName = "n|%",
    };
    readonly Option<string?> maxGrowth = new("--max-growth")
    {
        Description = "Publish only if the snapshot has at most this many more rows than the current one: 500 or 10%.",
        HelpName = "n|%",
    };
    readonly Option<string?> maxDuplicates = new("--max-duplicates")
    {
        Description = "Publish only if at most this many rows were duplicates.",
        HelpName = "n|%",
    };
    readonly Option<double?> maxSkew = new("--max-skew")
    {
        Description = "Publish only if the largest shard has at most this many times the rows of an average one.",
        HelpName = "times",
    };
    readonly Option<string?> maxEmptyValues = new("--max-empty-values")
    {
        Description = "Publish only if at most this many values are empty.",
        HelpName = "n|%",
    };
    readonly Option<long?> maxValueSize = SizeOption.Create("--max-value-size", "Publish only if no value is larger than this.");
    readonly Option<string?> maxKeyRangeChange = new("--max-key-range-change")
    {
        Description = "Publish only if smallest and largest key moved by at most this share of the current range.",
        HelpName = "%",
    };
    readonly Option<string[]> canaries = new("--canary")
    {
        Description = "Publish only if this key has this value. It is read again after the publish. May be repeated.",
        HelpName = "key=value",
    };
    readonly Option<string[]> probeKeys = new("--probe-key")
    {
        Description = "Move the pointer back if this key cannot be read after the publish. May be repeated.",
        HelpName = "key",
    };
    readonly Option<bool> publishFailedChecks = new("--publish-failed-checks")
    {
        Description = "Publish although checks failed; needs --reason.",
    };
    readonly Option<string?> reason = new("--reason")
    {
        Description = "Why; kept with the event, and with a snapshot whose checks failed.",
        HelpName = "text",
    };
    readonly Option<bool> allowUnsafePointer = new("--allow-unsafe-pointer")
    {
        Description = "Allow a store that does not honour conditional writes.",
    };

    public GuardOptions(Command command)
    {
        foreach (var option in new Option[]
        {
            pointer, minRows, maxDrop, maxGrowth, maxDuplicates, maxSkew, maxEmptyValues, maxValueSize, maxKeyRangeChange, canaries,
                probeKeys, publishFailedChecks, reason, allowUnsafePointer,
        }) command.Add(option);
    }

    public bool AllowsUnsafePointer(ParseResult parsed) => parsed.GetValue(allowUnsafePointer);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: a limit is not written as one.</exception>
    public PublishRules RulesOf(ParseResult parsed) => new()
    {
        Pointer = parsed.GetValue(pointer),
        Limits = new GuardLimits
        {
            MinRows = parsed.GetValue(minRows),
            MaxDrop = RowLimit.Parse(parsed.GetValue(maxDrop), maxDrop.Name),
            MaxGrowth = RowLimit.Parse(parsed.GetValue(maxGrowth), maxGrowth.Name),
            MaxDuplicates = RowLimit.Parse(parsed.GetValue(maxDuplicates), maxDuplicates.Name),
            MaxSkew = parsed.GetValue(maxSkew),
            MaxEmptyValues = RowLimit.Parse(parsed.GetValue(maxEmptyValues), maxEmptyValues.Name),
            MaxValueBytes = parsed.GetValue(maxValueSize),
            MaxKeyRangeChange = RowLimit.ParsePercent(parsed.GetValue(maxKeyRangeChange), maxKeyRangeChange.Name),
        },
        Canaries = [.. (parsed.GetValue(canaries) ?? []).Select(CanaryOf)],
        ProbeKeys = parsed.GetValue(probeKeys) ?? [],
        PublishFailedChecks = parsed.GetValue(publishFailedChecks),
        Reason = parsed.GetValue(reason),
    };

    Canary CanaryOf(string written)
    {
        var at = written.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? new Canary(written[..at], written[(at + 1)..]) : throw new ShardyFusionException(ErrorKind.ConfigValidation,
            string.Create(CultureInfo.InvariantCulture, $"{canaries.Name} '{written}' is not written as key=value."))
        {
            Target = written,
            RecommendedAction = "Write key=value; for any value use --probe-key."
        };
    }
}
