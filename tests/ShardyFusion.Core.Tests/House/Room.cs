using Mono.Cecil;

namespace ShardyFusion.Core.Tests.House;

/// <summary>The folders of the core, from the top of the house to its ground. A type may name types of its own room and of storeys
/// below.</summary>
static class Room
{
    /// <summary>The root folder: the façade.</summary>
    public const string Facade = "SnapshotStore";

    /// <summary>Rooms of one storey do not name each other. The same list, as a drawing, is in docs/architecture.md and
    /// CONTRIBUTING.md.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Storeys =
    [
        ["Sessions", "Measuring"],
        [Facade],
        ["Reporting"],
        ["Cleaning", "Jobs"],
        ["Maintenance"],
        ["Building"],
        ["Publishing"],
        ["Reading"],
        ["Catalog"],
        ["Runs"],
        ["ManifestStores"],
        ["Formats"],
        ["Shards", "Stores"],
        ["Telemetry"],
        ["LocalFiles", "Routing"],
        ["Hashing", "Figures"],
        ["Errors"],
        ["Polyfills"],
    ];

    const string Root = "ShardyFusion";

    /// <summary>The room of one of the core's types; null for what the compiler adds outside any.</summary>
    public static string? Of(TypeReference type)
    {
        var names = type.Namespace.Split('.');
        return names[0] != Root ? null : names.Length == 1 ? Facade : names[1];
    }

    /// <summary>How many storeys lie above a room.</summary>
    public static int StoreyOf(string room)
    {
        for (var storey = 0; storey < Storeys.Count; storey++)
        {
            if (Storeys[storey].Contains(room)) return storey;
        }
        throw new Xunit.Sdk.XunitException(
            $"The room '{room}' has no storey: say in Room.Storeys, docs/architecture.md and CONTRIBUTING.md where it stands.");
    }
}
