using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>Whom a verdict is about. It is worth nothing for another store, nor for a copy of the tree.</summary>
/// <param name="Endpoint">Address of the store.</param>
/// <param name="Bucket">Bucket.</param>
/// <param name="Path">Path of the prefix within it.</param>
sealed record StoreVerdictOwner(string Endpoint, string Bucket, string Path)
{
    /// <summary>Part of the names of its objects: 16 hex digits.</summary>
    public string Id { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Endpoint.TrimEnd('/')}\n{Bucket}\n{Path}")))[..16];
}

/// <summary>What a probe found about conditional writes.</summary>
/// <param name="AreHonoured">False when the store was seen to break one; true when it was not, which is evidence and no proof.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="ProbedAt">When, by this machine's clock.</param>
sealed record StoreVerdict(bool AreHonoured, string Detail, DateTimeOffset ProbedAt)
{
    /// <summary>How long nobody asks again after a yes. A store may be replaced or configured anew behind its address.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>A no stays until a probe by hand; a yes ends, and one from the future never began.</summary>
    public bool IsValid(DateTimeOffset now) => !AreHonoured || (now - ProbedAt < Lifetime && ProbedAt - now < StoreProbe.MaxClockSkew);
}

/// <summary>Verdicts kept on the prefix, so that not every process has to probe, and none passes by luck where another one saw the
/// truth.</summary>
/// <remarks>Two objects, a no and a yes: on a store that breaks conditions neither could replace the other safely, and a no wins.</remarks>
static class StoreVerdicts
{
    const int MaxBytes = 16 * 1024;

    static readonly PutOptions Write = new(PutCondition.Always, "application/json");

    /// <summary>Names of verdicts begin so; clean-ups of what probes left pass them over.</summary>
    public const string Folder = StoreProbeSession.AllFolders + "verdict-";

    static string KeyOf(StoreVerdictOwner owner, bool areHonoured) => $"{Folder}{owner.Id}-{(areHonoured ? "yes" : "no")}.json";

    /// <returns>The verdict that counts, or null.</returns>
    public static async Task<StoreVerdict?> LoadAsync(IObjectStore store, StoreVerdictOwner owner, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(ReadAsync(store, owner, false, cancellationToken), ReadAsync(store, owner, true, cancellationToken))
            .ConfigureAwait(false);
        return found.FirstOrDefault(verdict => verdict?.IsValid(now) == true);
    }

    static async Task<StoreVerdict?> ReadAsync(IObjectStore store, StoreVerdictOwner owner, bool areHonoured,
        CancellationToken cancellationToken)
    {
        try
        {
            if (await store.GetAsync(KeyOf(owner, areHonoured), MaxBytes, cancellationToken).ConfigureAwait(false) is not { } found)
                return null;
            using var json = JsonDocument.Parse(found.Content);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            if (Text("endpoint") != owner.Endpoint || Text("bucket") != owner.Bucket || Text("prefix") != owner.Path) return null;
            if (json.RootElement.GetProperty("conditional_writes").GetBoolean() != areHonoured) return null;
            var at = DateTimeOffset.Parse(Text("probed_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            // Who copies a tree to another store writes its objects there at another time.
            return areHonoured && (found.LastModified - at).Duration() > StoreProbe.MaxClockSkew ? null
                : new StoreVerdict(areHonoured, Text("detail"), at);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageDenied)
        {
            return null; // Who may not read it has to probe.
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException
            or ShardyFusionException { Kind: ErrorKind.ManifestParse or ErrorKind.StorageAnswer })
        {
            // A no that cannot be read is one all the same; a yes is not.
            return areHonoured ? null : new StoreVerdict(false, "An earlier probe said no; its report is not readable.",
                DateTimeOffset.UnixEpoch);
        }
    }

    /// <summary>Keeps a verdict as far as the store lets it: a probe's finding counts with or without.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="owner">Whom it is about.</param>
    /// <param name="verdict">What was found.</param>
    /// <param name="isByHand">True lets it replace an earlier no.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The verdict that counts now: someone else may have seen a no meanwhile.</returns>
    public static async Task<StoreVerdict> SaveAsync(IObjectStore store, StoreVerdictOwner owner, StoreVerdict verdict, bool isByHand,
        CancellationToken cancellationToken)
    {
        try
        {
            if (verdict.AreHonoured && !isByHand && await ReadAsync(store, owner, false, cancellationToken).ConfigureAwait(false) is { } no)
                return no;
            await store.PutAsync(KeyOf(owner, verdict.AreHonoured), ToJson(owner, verdict), Write, cancellationToken).ConfigureAwait(false);
            if (isByHand || !verdict.AreHonoured)
                await store.DeleteAsync([KeyOf(owner, !verdict.AreHonoured)], cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException)
        {
        }
        return verdict;
    }

    static byte[] ToJson(StoreVerdictOwner owner, StoreVerdict verdict)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("conditional_writes", verdict.AreHonoured);
            json.WriteString("detail", verdict.Detail);
            json.WriteString("probed_at", verdict.ProbedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("endpoint", owner.Endpoint);
            json.WriteString("bucket", owner.Bucket);
            json.WriteString("prefix", owner.Path);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
