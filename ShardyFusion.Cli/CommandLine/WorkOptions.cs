using System.CommandLine;
using ShardyFusion.Building;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of whatever takes rows or writes shards: memory, threads, rates, where bad rows go.</summary>
sealed class WorkOptions
{
    readonly Option<double?> maxWrites = RateOptions.Rate("--max-writes-per-second", "Rows written to shards per second, over all shards.");
    readonly Option<long?> maxWriteBytes = SizeOption.Create("--max-write-bytes-per-second",
        "Bytes of keys and values written to shards per second, such as 20MiB.");
    readonly Option<int?> parallelism = new("--parallelism")
    {
        Description = "Number of threads. Default: one per processor.",
        HelpName = "n",
    };
    readonly Option<long?> memory = SizeOption.Create("--memory", "Memory for rows before they spill to disk, such as 512MiB.");
    readonly Option<string?> spillDirectory = new("--spill-directory") { Description = "Folder for spilled rows.", HelpName = "path" };

    /// <summary>--reject-file, which a command without rows does not have.</summary>
    public Option<string?> RejectFile { get; } = new("--reject-file")
    {
        Description = "Where --on-row-error reject writes such rows (JSON Lines).",
        HelpName = "path",
    };

    /// <summary>All but <see cref="RejectFile"/>, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [memory, spillDirectory, parallelism, maxWrites, maxWriteBytes];

    public BuildOptions ApplyTo(BuildOptions options, ParseResult parsed) => options with
    {
        RejectPath = parsed.GetValue(RejectFile),
        MemoryBudgetBytes = parsed.GetValue(memory) ?? options.MemoryBudgetBytes,
        SpillDirectory = parsed.GetValue(spillDirectory),
        Parallelism = parsed.GetValue(parallelism),
        MaxWritesPerSecond = parsed.GetValue(maxWrites),
        MaxWriteBytesPerSecond = parsed.GetValue(maxWriteBytes),
    };
}
