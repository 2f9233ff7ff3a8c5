using System.Text.RegularExpressions;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Measuring;

/// <summary>Measures what a store and this machine do together, with temporary snapshots.</summary>
public static partial class SnapshotMeasure
{
    /// <summary>Everything written lies below this folder of the prefix.</summary>
    const string Folder = ".measure/";

    /// <summary>What is older was left by a measurement that died.</summary>
    static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    /// <summary>Builds temporary snapshots below <c>.measure/</c> of a prefix, times builds, gets and refreshes, and removes them.
    /// Snapshots of the prefix itself are neither read nor written.</summary>
    /// <param name="prefix"><c>s3://bucket/path</c>, <c>file:///dir</c> or a local path.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="progress">Told at each step, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the measurement; what it wrote is removed then too.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option, or a failure of the
    /// store.</exception>
    public static async Task<MeasureReport> RunAsync(
        string prefix, StoreConnection? connection, MeasureOptions options, IProgress<MeasureProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var store = ObjectStores.Open(prefix, connection);
        await using var closeStore = store.ConfigureAwait(false);
        var startedAt = DateTimeOffset.UtcNow;
        if (store is IStoreMaintenance maintenance) await maintenance.CleanTempAsync(LeftoverAge, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(store, Folder, startedAt - LeftoverAge, cancellationToken).ConfigureAwait(false);
        RemoveFolders(store, folder => Directory.GetLastWriteTimeUtc(folder) < startedAt - LeftoverAge);
        var own = $"{Folder}{Guid.NewGuid():N}/";
        var lines = new List<MeasureLine>();
        var cacheFolder = Directory.CreateTempSubdirectory("shardyfusion-measure-").FullName;
        try
        {
            var steps = new MeasureSteps(options, progress);
            foreach (var shardCount in options.ShardCounts)
            {
                var measured = SnapshotStore.Open($"{store.Root}/{own}{shardCount}", connection);
                await using var closeMeasured = measured.ConfigureAwait(false);
                var mover = SnapshotStore.Open(measured.Prefix, connection);
                await using var closeMover = mover.ConfigureAwait(false);
                try
                {
                    var place = new MeasurePlace(measured, mover, Path.Combine(cacheFolder, $"{shardCount}"));
                    lines.AddRange(await new MeasureRun(place, shardCount, options, steps, cancellationToken).RunAsync()
                        .ConfigureAwait(false));
                }
                finally
                {
                    // Nobody's snapshot: no gauge of the process shall go on telling of it.
                    SeenSnapshots.Forget(measured.Prefix);
                }
            }
            steps.Next("removing what was written");
        }
        finally
        {
            Directory.Delete(cacheFolder, recursive: true);
            await RemoveOwnAsync(store, own, cancellationToken).ConfigureAwait(false);
        }
        return new MeasureReport(store.Root, startedAt, options, lines);
    }

    static async Task RemoveOwnAsync(IObjectStore store, string own, CancellationToken cancellationToken)
    {
        using var limit = new ShutdownTimeout(TimeSpan.FromMinutes(10), store, cancellationToken);
        try
        {
            await RemoveAsync(store, own, DateTimeOffset.MaxValue, limit.Token).ConfigureAwait(false);
            RemoveFolders(store, folder => Path.GetFileName(folder) == own[Folder.Length..^1]);
        }
        catch (Exception e) when (e is OperationCanceledException or ShardyFusionException or IOException or UnauthorizedAccessException)
        {
            // A later measurement removes it: figures that are there, or a first failure, matter more.
        }
    }

    static async Task RemoveAsync(IObjectStore store, string folder, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync(folder, null, cancellationToken).ConfigureAwait(false))
            if (entry.LastModified < before && OwnPrefix().Match(entry.Key) is { Success: true } own
                && entry.Key[own.Length..] is var key && (OwnKeys.IsOwn(key) || OwnKeys.IsOfProbe(key) || OwnKeys.IsVerdict(key))) keys.Add(
                entry.Key);
        if (keys.Count > 0) await store.DeleteAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what a disk store keeps beside its objects: lock files, which no listing shows.</summary>
    static void RemoveFolders(IObjectStore store, Func<string, bool> isOver)
    {
        if (SnapshotPrefix.Parse(store.Root).LocalFolder is not { } root || new DirectoryInfo(Path.Combine(root, Folder)) is var all
            && !all.Exists) return;
        foreach (var folder in all.GetDirectories().Where(found => Guid.TryParseExact(found.Name, "N", out _) && !FileTree.IsLink(found)
            && isOver(found.FullName)))
        {
            foreach (var measured in folder.GetDirectories().Where(found => found.Name.All(char.IsAsciiDigit) && !FileTree.IsLink(found)))
                FileTempCleaning.RemoveEmptyStore(measured.FullName);
            FileTempCleaning.RemoveFolder(folder.FullName, null);
        }
        FileTempCleaning.RemoveFolder(all.FullName.TrimEnd(Path.DirectorySeparatorChar), null);
    }

    /// <summary>The prefix of a temporary snapshot.</summary>
    [GeneratedRegex(@"^\.measure/[0-9a-f]{32}/[0-9]+/", RegexOptions.CultureInvariant)]
    private static partial Regex OwnPrefix();
}

/// <summary>Tells which step runs.</summary>
sealed class MeasureSteps(MeasureOptions options, IProgress<MeasureProgress>? progress)
{
    readonly int total = (options.ShardCounts.Count * Enum.GetValues<MeasuredOperation>().Length) + 1;
    int done = -1;

    public void Next(string step) => progress?.Report(new MeasureProgress(step, ++done, total));
}
