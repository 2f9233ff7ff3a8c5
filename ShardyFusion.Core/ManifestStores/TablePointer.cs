using System.Globalization;
using System.Text;
using System.Text.Json;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>The current pointer of a prefix, as its row and as the object that it would be in an object store.</summary>
/// <param name="Row">The last move.</param>
/// <param name="Content">The object.</param>
sealed record TablePointer(PointerRow Row, byte[] Content)
{
    /// <summary>The version of a pointer. Moves of one prefix never have the same time, as each is later than the one before.</summary>
    public static string ETagOf(PointerRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{(row.UpdatedAt - DateTimeOffset.UnixEpoch).Ticks / 10}-{row.RunId}\"");

    /// <summary>Its version.</summary>
    public string ETag => ETagOf(Row);

    /// <summary>As a read gives it.</summary>
    public StoredObject ToObject() => new(Content, ETag, Row.UpdatedAt);

    /// <summary>Makes the object of a move.</summary>
    /// <param name="root">The prefix.</param>
    /// <param name="row">The move.</param>
    /// <param name="check">What the run's manifest is.</param>
    public static TablePointer Of(string root, PointerRow row, string? check)
    {
        // A run without a manifest has no time of its own.
        var key = TableManifests.KeyOf(row.RunId, row.Manifest?.PublishedAt ?? row.UpdatedAt);
        return new TablePointer(row, key is null ? Malformed(row) : PointerCodec.Write(new CurrentPointer
        {
            ManifestRef = SnapshotPaths.ToRef(root, key),
            RunId = row.RunId,
            UpdatedAt = row.UpdatedAt,
            ManifestCheck = check,
        }));
    }

    // Whatever others wrote there; the reader says what is wrong with it.
    static byte[] Malformed(PointerRow row) =>
        Encoding.ASCII.GetBytes($"{{\"format_version\":1,\"manifest_ref\":\"{JsonEncodedText.Encode(row.RunId)}\"}}");
}
