using System.Globalization;

namespace ShardyFusion.Core.Tests.Fuzz;

/// <summary>How long tests with random damage run and where they start.</summary>
static class FuzzSettings
{
    // All of them together, from SHARDYFUSION_FUZZ_SECONDS.
    static readonly int Seconds = Number("SHARDYFUSION_FUZZ_SECONDS") ?? 5;

    /// <summary>Four fifths of the time, 4 s unless asked otherwise.</summary>
    public static TimeSpan ForTables { get; } = TimeSpan.FromSeconds(Seconds * 0.8);

    /// <summary>The other fifth: the parsers of manifests, pointers and run records are smaller.</summary>
    public static TimeSpan ForDocuments { get; } = TimeSpan.FromSeconds(Seconds * 0.2);

    /// <summary>From SHARDYFUSION_FUZZ_SEED; a new one each time otherwise. Tests print it.</summary>
    public static int Seed { get; } = Number("SHARDYFUSION_FUZZ_SEED") ?? Random.Shared.Next();

    static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
