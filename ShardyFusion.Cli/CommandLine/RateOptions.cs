using System.CommandLine;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options that limit how fast a remote store is used.</summary>
sealed class RateOptions
{
    readonly Option<double?> reads = Rate("--max-reads-per-second", "Read requests to the store per second.");
    readonly Option<long?> readBytes = SizeOption.Create("--max-read-bytes-per-second",
        "Bytes read from the store per second, such as 20MiB.");
    readonly Option<double?> uploads = Rate("--max-uploads-per-second", "Write requests to the store per second.");
    readonly Option<long?> uploadBytes = SizeOption.Create("--max-upload-bytes-per-second",
        "Bytes written to the store per second, such as 20MiB.");
    readonly Option<double?> deletes = Rate("--max-deletes-per-second", "Objects deleted per second.");

    public IEnumerable<Option> All => [reads, readBytes, uploads, uploadBytes, deletes];

    /// <summary>The limits that were given; null when none was.</summary>
    public StoreLimits? Of(ParseResult parsed) => All.All(option => parsed.GetResult(option) is null) ? null : new StoreLimits
    {
        ReadsPerSecond = parsed.GetValue(reads),
        ReadBytesPerSecond = parsed.GetValue(readBytes),
        UploadsPerSecond = parsed.GetValue(uploads),
        UploadBytesPerSecond = parsed.GetValue(uploadBytes),
        DeletesPerSecond = parsed.GetValue(deletes),
    };

    public static Option<double?> Rate(string name, string description) => new(name) { Description = description, HelpName = "n" };
}
