using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sqlite.Reading;

namespace ShardyFusion.Formats;

/// <summary>Where the objects of a snapshot lie: keys relative to the snapshot prefix, and the absolute refs that files hold.</summary>
/// <remarks>Keys use <c>/</c> and never start or end with it (a prefix for listing ends with it). Nothing here touches a store.</remarks>
static class SnapshotPaths
{
    /// <summary>Key of the pointer that readers follow unless they are told otherwise.</summary>
    public const string CurrentKey = $"_{CurrentPointerName}";

    /// <summary>Name of that pointer.</summary>
    public const string CurrentPointerName = "CURRENT";

    /// <summary>Longest name of a pointer, in characters.</summary>
    public const int MaxPointerNameLength = 32;

    /// <summary>Listing prefix of the history.</summary>
    public const string ManifestsPrefix = "manifests/";

    /// <summary>Last segment of a manifest's key.</summary>
    public const string ManifestName = "manifest";

    /// <summary>Default first segment of shard keys.</summary>
    public const string DefaultShardPrefix = "shards";

    /// <summary>Default first segment of run record keys.</summary>
    public const string DefaultRunPrefix = "runs";

    /// <summary>Last segment of a run record's key.</summary>
    public const string RunRecordName = "run.yaml";

    /// <summary>Last segment of a shard's key.</summary>
    public const string ShardObjectName = "shard.sst";

    /// <summary>The folder name of a shard as manifests state it, in Python's format notation.</summary>
    public const string DbPathTemplate = "db={db_id:05d}";

    /// <summary>Longest run id that is written, in characters.</summary>
    public const int MaxRunIdLength = 128;

    /// <summary>Length of a formatted name timestamp, in characters.</summary>
    const int TimestampLength = 27;

    const string RunIdLabel = "_run_id=";

    /// <summary>Names below the prefix that look like a pointer's and belong to something else.</summary>
    static readonly string[] reservedPointerNames = ["FREEZE"];

    /// <summary>Key of a pointer, <c>_&lt;NAME&gt;</c>.</summary>
    /// <param name="pointer">Its name; null for <see cref="CurrentPointerName"/>.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the name is not
    /// <see cref="IsValidPointerName"/>.</exception>
    public static string PointerKey(string? pointer) => pointer is null ? CurrentKey : IsValidPointerName(pointer) ? $"_{pointer}"
        : throw new ShardyFusionException(
        ErrorKind.ConfigValidation,
        $"The pointer name {Routing.KeyFaults.Show(pointer)} is not valid: it needs 1 to {MaxPointerNameLength} characters of A-Z, "
            + $"0-9 and '_', begins with a letter, and is not {string.Join(" or ", reservedPointerNames)}.")
        {
            Target = pointer,
            RecommendedAction = $"Choose a name such as CANARY; {CurrentPointerName} is the pointer that readers follow.",
        };

    /// <summary>Name of the pointer at a key.</summary>
    internal static string PointerName(string pointerKey) => pointerKey[1..];

    /// <summary>True for 1..32 characters of <c>A-Z 0-9 _</c> that begin with a letter and are not reserved.</summary>
    public static bool IsValidPointerName(string? pointer)
    {
        if (pointer is null or "" || pointer.Length > MaxPointerNameLength || !char.IsAsciiLetterUpper(pointer[0])
            || reservedPointerNames.Contains(pointer))
            return false;
        foreach (var character in pointer)
            if (!char.IsAsciiLetterUpper(character) && !char.IsAsciiDigit(character) && character != '_') return false;
        return true;
    }

    /// <summary><c>manifests/&lt;ts&gt;_run_id=&lt;runId&gt;/manifest</c>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the run id is not valid.</exception>
    public static string ManifestKey(DateTimeOffset publishedAt, string runId) =>
        $"{ManifestsPrefix}{SnapshotTime.FormatName(publishedAt)}{RunIdLabel}{ValidateRunId(runId)}/{ManifestName}";

    /// <summary>The folder of one attempt at one shard: <c>shards/run_id=&lt;runId&gt;/db=00000/attempt=00</c>.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="dbId">Shard number, at least five digits in the key.</param>
    /// <param name="attempt">Attempt number, at least two digits in the key.</param>
    /// <param name="shardPrefix">First segment.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the run id is not valid.</exception>
    public static string AttemptKey(string runId, int dbId, int attempt, string shardPrefix = DefaultShardPrefix)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dbId);
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        return string.Create(CultureInfo.InvariantCulture, $"{RunShardsPrefix(runId, shardPrefix)}db={dbId:D5}/attempt={attempt:D2}");
    }

    /// <summary>Listing prefix of all shards of a run: <c>shards/run_id=&lt;runId&gt;/</c>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the run id is not valid.</exception>
    public static string RunShardsPrefix(string runId, string shardPrefix = DefaultShardPrefix) =>
        $"{shardPrefix}/run_id={ValidateRunId(runId)}/";

    /// <summary>Key of the shard object in an attempt's folder.</summary>
    /// <param name="attemptKey">The folder.</param>
    /// <param name="format">What the shard is made as.</param>
    public static string ShardKey(string attemptKey, ShardFormat format = ShardFormat.RocksDb) =>
        $"{attemptKey}/{(format == ShardFormat.Sqlite ? SqliteFile.Name : ShardObjectName)}";

    /// <summary><c>runs/&lt;ts&gt;_run_id=&lt;runId&gt;_&lt;32 hex digits&gt;/run.yaml</c>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the run id is not valid.</exception>
    public static string RunRecordKey(DateTimeOffset startedAt, string runId, Guid recordId, string runPrefix = DefaultRunPrefix) =>
        $"{runPrefix}/{SnapshotTime.FormatName(startedAt)}{RunIdLabel}{ValidateRunId(runId)}_{recordId:N}/{RunRecordName}";

    /// <summary>Reads the name of a manifest's folder, <c>&lt;ts&gt;_run_id=&lt;run id&gt;</c>, with or without a trailing slash.</summary>
    /// <returns>False for a name that is no part of the history; such names are ignored.</returns>
    public static bool TryParseManifestFolder(ReadOnlySpan<char> folder, out ManifestFolder parsed)
    {
        parsed = default;
        if (!folder.IsEmpty && folder[^1] == '/')
            folder = folder[..^1];
        if (!TryParseStamped(folder, out var publishedAt, out var runId))
            return false;
        parsed = new ManifestFolder(folder.ToString(), publishedAt, runId.ToString());
        return true;
    }

    /// <summary>Reads the name of a run record's folder, <c>&lt;ts&gt;_run_id=&lt;run id&gt;_&lt;32 hex digits&gt;</c>, with or without a
    /// trailing slash.</summary>
    /// <returns>False for any other name.</returns>
    public static bool TryParseRunFolder(ReadOnlySpan<char> folder, out DateTimeOffset startedAt, out string runId)
    {
        const int recordIdLength = 32;
        runId = "";
        if (!folder.IsEmpty && folder[^1] == '/')
            folder = folder[..^1];
        if (!TryParseStamped(folder, out startedAt, out var rest) || rest.Length < recordIdLength + 2 || rest[^(recordIdLength + 1)] != '_')
            return false;
        foreach (var digit in rest[^recordIdLength..])
            if (!char.IsAsciiHexDigit(digit)) return false;
        runId = rest[..^(recordIdLength + 1)].ToString();
        return true;
    }

    static bool TryParseStamped(ReadOnlySpan<char> folder, out DateTimeOffset time, out ReadOnlySpan<char> runId)
    {
        time = default;
        runId = default;
        if (folder.Length <= TimestampLength + RunIdLabel.Length || !folder[TimestampLength..].StartsWith(RunIdLabel,
            StringComparison.Ordinal)
            || !SnapshotTime.TryParseName(folder[..TimestampLength], out time))
            return false;
        runId = folder[(TimestampLength + RunIdLabel.Length)..];
        return !runId.Contains('/');
    }

    /// <summary>The absolute ref of a key: <paramref name="root"/>, a slash, the key.</summary>
    /// <param name="root">The snapshot prefix; one trailing slash is dropped.</param>
    /// <param name="key">Relative key.</param>
    public static string ToRef(string root, string key)
    {
        ArgumentNullException.ThrowIfNull(root);
        return root.EndsWith('/') ? root + key : $"{root}/{key}";
    }

    /// <summary>The key below a prefix that an absolute ref names.</summary>
    /// <param name="root">The prefix that the file itself states, which may differ from where the tree lies now.</param>
    /// <param name="reference">The absolute ref.</param>
    /// <param name="key">The relative key; empty on failure.</param>
    /// <returns>False when the ref is not strictly below the prefix or holds an empty, <c>.</c> or <c>..</c> segment, a backslash or a
    /// control character.</returns>
    public static bool TryGetKeyBelow(string root, string reference, out string key)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(reference);
        key = "";
        var start = root.EndsWith('/') ? root.Length : root.Length + 1;
        if (reference.Length <= start || reference[start - 1] != '/'
            || !reference.AsSpan(0, start - 1).SequenceEqual(root.AsSpan(0, start - 1)) || !IsSafeKey(reference.AsSpan(start)))
            return false;
        key = reference[start..];
        return true;
    }

    /// <summary>The run in a manifest ref; null when it is none.</summary>
    public static string? RunIdOf(string? manifestRef) =>
        TryGetManifestKey(manifestRef, out var key)
        && TryParseManifestFolder(key.AsSpan()[ManifestsPrefix.Length..^(ManifestName.Length + 1)], out var folder) ? folder.RunId : null;

    /// <summary>The key of the manifest that a ref names, from its last three segments, so that it holds for a copied tree too.</summary>
    /// <param name="manifestRef">For example <c>s3://bucket/prefix/manifests/&lt;name&gt;/manifest</c>; a relative key passes as
    /// well.</param>
    /// <param name="key">The relative key, <c>manifests/&lt;name&gt;/manifest</c>; empty on failure.</param>
    /// <returns>False when the ref is not of that shape.</returns>
    public static bool TryGetManifestKey(string? manifestRef, out string key)
    {
        key = "";
        const string tail = "/" + ManifestName;
        if (manifestRef is null || !manifestRef.EndsWith(tail, StringComparison.Ordinal))
            return false;
        var folderEnd = manifestRef.Length - tail.Length;
        var folderStart = manifestRef.LastIndexOf('/', Math.Max(0, folderEnd - 1)) + 1;
        var keyStart = folderStart - ManifestsPrefix.Length;
        if (folderStart >= folderEnd || keyStart < 0 || (keyStart > 0 && manifestRef[keyStart - 1] != '/')
            || !manifestRef.AsSpan(keyStart).StartsWith(ManifestsPrefix, StringComparison.Ordinal)
            || !IsSafeKey(manifestRef.AsSpan(keyStart)))
            return false;
        key = manifestRef[keyStart..];
        return true;
    }

    /// <summary>True for a non-empty relative key without an empty, <c>.</c> or <c>..</c> segment, backslash or control
    /// character.</summary>
    public static bool IsSafeKey(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty)
            return false;
        foreach (var range in key.Split('/'))
        {
            if (key[range] is "" or "." or "..")
                return false;
            foreach (var character in key[range])
                if (character == '\\' || char.IsControl(character)) return false;
        }
        return true;
    }

    /// <summary>True for 1..128 characters of <c>A-Z a-z 0-9 . _ -</c>, but not <c>.</c> or <c>..</c>.</summary>
    public static bool IsValidRunId(string? runId)
    {
        if (runId is null or "" or "." or ".." || runId.Length > MaxRunIdLength)
            return false;
        foreach (var character in runId)
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-')) return false;
        return true;
    }

    /// <summary>Returns the run id when a new run may have it.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it is not <see cref="IsValidRunId"/>.</exception>
    public static string ValidateRunId(string? runId) => IsValidRunId(runId) ? runId! : throw new ShardyFusionException(
        ErrorKind.ConfigValidation,
        $"The run id {Routing.KeyFaults.Show(runId)} is not valid: it needs 1 to {MaxRunIdLength} characters of A-Z, a-z, 0-9, '.', "
            + "'_' and '-', and is not '.' or '..'.")
    { Target = runId };
}

/// <summary>A name in the history.</summary>
/// <param name="Name">The folder's name, without slashes.</param>
/// <param name="PublishedAt">UTC, to the microsecond.</param>
/// <param name="RunId">The run that published it.</param>
readonly record struct ManifestFolder(string Name, DateTimeOffset PublishedAt, string RunId)
{
    /// <summary>Key of the manifest: <c>manifests/&lt;name&gt;/manifest</c>.</summary>
    public string ManifestKey => $"{SnapshotPaths.ManifestsPrefix}{Name}/{SnapshotPaths.ManifestName}";
}
