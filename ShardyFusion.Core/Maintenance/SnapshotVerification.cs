using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;
using ShardyFusion.Shards;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>One verification of one snapshot.</summary>
sealed class SnapshotVerification(IObjectStore store, LoadedManifest loaded, VerifyOptions options, IProgress<ShardProgress>? progress,
    TimeProvider clock)
{
    readonly Manifest manifest = loaded.Manifest;
    readonly KeyCodec codec = KeyCodec.For(loaded.Manifest.Required.KeyEncoding);
    readonly ShardRouter router = loaded.Manifest.CreateRouter();
    int shardsDone, unhashed;
    long rowsRead, bytesRead, givenAgain;

    bool CanRoute => router.IsByKeyAlone;

    /// <summary>Checks that a snapshot is whole. Writes nothing.</summary>
    /// <param name="context">The prefix.</param>
    /// <param name="options">Which one, and how closely.</param>
    /// <param name="progress">Told after each shard, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What is wrong with it; a damaged shard does not hide the state of the others.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.NoSnapshot"/>,
    /// <see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/> (without a manifest there is nothing to compare
    /// with), or a failure of the store, which says nothing about the snapshot.</exception>
    public static async Task<VerifyReport> VerifyAsync(StoreContext context, VerifyOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var loaded = await context.Catalog.LoadAsync(options.Selector, cancellationToken).ConfigureAwait(false);
        return await new SnapshotVerification(context.Store, loaded, options, progress, context.Clock).RunAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    async Task<VerifyReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var shards = manifest.Shards.OrderBy(shard => shard.DbId).ToArray();
        var found = new List<VerifyFinding>[shards.Length];
        var parallelism = options.Parallelism ?? (options.Level <= VerifyLevel.Exists ? ShardPresence.Parallelism
            : Environment.ProcessorCount);
        await Parallel.ForAsync(0, shards.Length, new ParallelOptions
        {
            MaxDegreeOfParallelism = parallelism,
            CancellationToken = cancellationToken
        }, async (index, token) =>
        {
            found[index] = await CheckAsync(shards[index], token).ConfigureAwait(false);
            progress?.Report(new ShardProgress(Interlocked.Increment(ref shardsDone), shards.Length, Interlocked.Read(ref rowsRead),
                Interlocked.Read(ref bytesRead)));
        }).ConfigureAwait(false);
        return new VerifyReport
        {
            Prefix = store.Root,
            RunId = manifest.Required.RunId,
            ManifestRef = loaded.Ref,
            Level = options.Level,
            ShardsChecked = shards.Length,
            RowsRead = rowsRead,
            BytesRead = bytesRead,
            Duration = clock.GetElapsedTime(started),
            Notes = Notes(),
            Findings = [.. ManifestFindings(), .. found.SelectMany(findings => findings)],
        };
    }

    IEnumerable<VerifyFinding> ManifestFindings()
    {
        if (SnapshotCatalog.FolderOf(loaded.Key) is { } folder && folder.RunId != manifest.Required.RunId)
            yield return new VerifyFinding(VerifyFault.Manifest, null, loaded.Ref,
                $"is named after run '{folder.RunId}' and says that it is of run '{manifest.Required.RunId}'");
        if (router is UnsupportedShardRouter unsupported)
            yield return new VerifyFinding(VerifyFault.NotCheckable, null, loaded.Ref,
                $"is sharded by an expression that cannot be followed: {unsupported.Reason.TrimEnd('.')}");
        if (options.Level >= VerifyLevel.Checksum && !manifest.MayHaveReadableShards())
            yield return new VerifyFinding(VerifyFault.NotCheckable, null, loaded.Ref,
                $"has shards of another format than {RequiredFields.RocksDbSst}, of which only the presence is checked");
    }

    /// <summary>Rows keep nothing of the columns that were beside their keys.</summary>
    List<string> Notes()
    {
        var notes = new List<string>();
        if (router is CelRouter { IsByKeyAlone: false } byColumns)
            notes.Add("Where its keys belong was not checked: the columns "
                + $"{string.Join(", ", byColumns.OtherColumns.Select(name => $"'{name}'"))} "
                + "beside the key decide it, and shards do not keep them.");
        if (unhashed > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"The manifest states no SHA-256 of {unhashed:N0} files: their pages and rows were checked, not every byte of them."));
        if (givenAgain > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"The manifest counts {givenAgain:N0} rows more than there are: its writer counts each time that a key is given."));
        return notes;
    }

    async Task<List<VerifyFinding>> CheckAsync(ShardEntry shard, CancellationToken cancellationToken)
    {
        var findings = new List<VerifyFinding>();
        CheckStatedRange(shard, findings);
        if (options.Level == VerifyLevel.Metadata) return findings;
        if (manifest.HasFolderShards())
        {
            await CheckFolderAsync(shard, findings, cancellationToken).ConfigureAwait(false);
            return findings;
        }
        var (bytes, absent) = await ShardPresence.FindAsync(store, manifest, shard, cancellationToken).ConfigureAwait(false);
        if (absent is not null) findings.Add(absent);
        // Of a file of another size everything else is wrong as well.
        if (absent is not null || options.Level == VerifyLevel.Exists || bytes is not { } length) return findings;
        try
        {
            await CheckContentAsync(shard, length, findings, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException gone) when (gone.Kind is ErrorKind.SnapshotIncomplete)
        {
            findings.Add(Finding(VerifyFault.Missing, shard, "is missing since a moment ago"));
        }
        catch (ShardCorruptException shrunk)
        {
            findings.Add(Finding(VerifyFault.Damaged, shard, Sentence(shrunk)));
        }
        return findings;
    }

    /// <summary>A database: to open it reads what leads to its rows; a pass over these reads, and checks, every block.</summary>
    async Task CheckFolderAsync(ShardEntry shard, List<VerifyFinding> findings, CancellationToken cancellationToken)
    {
        try
        {
            var found = await FolderShards.FindAsync(store, manifest, shard, cancellationToken).ConfigureAwait(false);
            // Blocks of a scan bypass the cache, so this one stays empty.
            using var database = await found.OpenAsync(new BlockCache(0), cancellationToken).ConfigureAwait(false);
            if (options.Level == VerifyLevel.Exists) return;
            if (found.File is { } file) await CheckHashAsync(shard, file, findings, cancellationToken).ConfigureAwait(false);
            var tally = new RowTally(this, shard, found.CountsGivenRows && shard.Sha256 is null);
            await TallyAsync(database, tally, findings, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref bytesRead, database.StoredBytes);
        }
        catch (ShardCorruptException damage)
        {
            findings.Add(Finding(VerifyFault.Damaged, shard, Sentence(damage)));
        }
        catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.SnapshotIncomplete)
        {
            findings.Add(new VerifyFinding(VerifyFault.Missing, shard.DbId, gone.Target as string ?? loaded.Ref, "is missing"));
        }
        catch (ShardyFusionException other) when (other.Kind == ErrorKind.ShardUnsupported)
        {
            if (options.Level >= VerifyLevel.Checksum)
                findings.Add(Finding(VerifyFault.NotCheckable, shard,
                    "is no database that is read here, so that only its presence is checked"));
        }
    }

    /// <summary>A file that shardyfusion names by its SHA-256, as the earlier of its versions does.</summary>
    async Task CheckHashAsync(ShardEntry shard, IShardSource file, List<VerifyFinding> findings,
        CancellationToken cancellationToken)
    {
        if (shard.StatedSha256() is not { } stated)
        {
            Interlocked.Increment(ref unhashed);
            return;
        }
        using var source = new HashedSource(file);
        if (await source.FinishAsync(cancellationToken).ConfigureAwait(false) is var sha256 && sha256 != stated)
            findings.Add(Finding(VerifyFault.WrongHash, shard, $"has the SHA-256 {sha256} instead of {stated}"));
    }

    /// <summary>A key range that would be routed elsewhere means that entries were mixed up; no file has to be read for that.</summary>
    void CheckStatedRange(ShardEntry shard, List<VerifyFinding> findings)
    {
        var (min, max) = (shard.StoredMinKey(codec), shard.StoredMaxKey(codec));
        if (min is not null && max is not null && min.AsSpan().SequenceCompareTo(max) > 0)
            findings.Add(Finding(VerifyFault.WrongKeyRange, shard,
                $"has the smallest key {codec.Display(min)} and the largest key {codec.Display(max)}, by the manifest"));
        if (!CanRoute) return;
        foreach (var key in new[] { min, max })
        {
            if (key is null || TryRoute(key, out var owner, out _) && owner == shard.DbId) continue;
            findings.Add(Finding(VerifyFault.Misrouted, shard,
                $"holds key {codec.Display(key)} by the manifest, which belongs to shard {owner}"));
            return;
        }
    }

    /// <summary>One pass over the file: what the scan reads is hashed on the way.</summary>
    async Task CheckContentAsync(ShardEntry shard, long length, List<VerifyFinding> findings, CancellationToken cancellationToken)
    {
        var name = SnapshotPaths.ToRef(store.Root, shard.ObjectKey);
        var file = new StoreShardSource(store, shard.ObjectKey, name, length,
            cause => new ShardyFusionException(ErrorKind.SnapshotIncomplete, $"'{name}' is gone.", cause));
        using var source = new HashedSource(file);
        var rows = options.Level == VerifyLevel.Deep ? await CheckRowsAsync(shard, source, cancellationToken).ConfigureAwait(false) : [];
        var sha256 = await source.FinishAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref bytesRead, length);
        if (shard.Sha256 is null)
            findings.Add(Finding(VerifyFault.NotCheckable, shard, "has no SHA-256 in the manifest"));
        else if (sha256 != shard.Sha256)
            findings.Add(Finding(VerifyFault.WrongHash, shard, $"has the SHA-256 {sha256} instead of {shard.Sha256}"));
        findings.AddRange(rows);
    }

    async Task<List<VerifyFinding>> CheckRowsAsync(ShardEntry shard, HashedSource source, CancellationToken cancellationToken)
    {
        var findings = new List<VerifyFinding>();
        var tally = new RowTally(this, shard);
        try
        {
            // Blocks of a scan bypass the cache, so this one stays empty.
            using var table = await RemoteShard.OpenAsync(source, shard.TailOffset, source.Length, new BlockCache(0), cancellationToken)
                .ConfigureAwait(false);
            await TallyAsync(table, tally, findings, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardCorruptException damage)
        {
            findings.Add(Finding(VerifyFault.Damaged, shard, Sentence(damage)));
        }
        return findings;
    }

    async Task TallyAsync(IShard rows, RowTally tally, List<VerifyFinding> findings, CancellationToken cancellationToken)
    {
        var isDeep = options.Level == VerifyLevel.Deep;
        try
        {
            await foreach (var row in rows.ScanAsync(cancellationToken).ConfigureAwait(false))
                tally.Add(row.Key);
            if (isDeep) tally.ReportTotals(findings);
        }
        finally
        {
            if (isDeep) tally.ReportMisrouted(findings);
            Interlocked.Add(ref rowsRead, tally.Rows);
        }
    }

    bool TryRoute(ReadOnlySpan<byte> key, out int owner, out string? reason)
    {
        (owner, reason) = (-1, null);
        try
        {
            owner = router.RouteStored(key);
            return true;
        }
        catch (ShardyFusionException unroutable) when (unroutable.Kind == ErrorKind.ShardAssignment)
        {
            reason = unroutable.Message;
            return false;
        }
    }

    VerifyFinding Finding(VerifyFault fault, ShardEntry shard, string detail) =>
        new(fault, shard.DbId, SnapshotPaths.ToRef(store.Root, manifest.KeyOf(shard)), detail);

    static string Sentence(ShardCorruptException damage) =>
        $"{(damage is ShardUnsupportedException ? "is not supported" : "is damaged")}: {damage.Message.TrimEnd('.')}";

    /// <summary>What the rows of one shard are compared with: their number, their range, their place.</summary>
    /// <param name="owner">The verification.</param>
    /// <param name="shard">What the manifest says.</param>
    /// <param name="countsGivenRows">True when a key that was given twice counts twice there.</param>
    sealed class RowTally(SnapshotVerification owner, ShardEntry shard, bool countsGivenRows = false)
    {
        ReadOnlyMemory<byte> first, last;
        long misrouted;
        string? firstMisrouted;

        public long Rows { get; private set; }

        public void Add(ReadOnlyMemory<byte> key)
        {
            if (Rows++ == 0) first = key;
            last = key;
            if (!owner.CanRoute || owner.TryRoute(key.Span, out var dbId, out var reason) && dbId == shard.DbId) return;
            if (misrouted++ == 0) firstMisrouted = reason ?? $"{owner.codec.Display(key.Span)}, which belongs to shard {dbId}";
        }

        public void ReportTotals(List<VerifyFinding> findings)
        {
            if (countsGivenRows && Rows < shard.RowCount)
                Interlocked.Add(ref owner.givenAgain, shard.RowCount - Rows);
            else if (Rows != shard.RowCount)
                findings.Add(owner.Finding(VerifyFault.WrongRowCount, shard,
                    string.Create(CultureInfo.InvariantCulture, $"holds {Rows:N0} rows instead of {shard.RowCount:N0}")));
            ReportKey("smallest", first, shard.StoredMinKey(owner.codec), findings);
            ReportKey("largest", last, shard.StoredMaxKey(owner.codec), findings);
        }

        public void ReportMisrouted(List<VerifyFinding> findings)
        {
            if (misrouted > 0)
                findings.Add(owner.Finding(VerifyFault.Misrouted, shard, string.Create(CultureInfo.InvariantCulture,
                    $"holds {misrouted:N0} keys that belong elsewhere, the first is {firstMisrouted}")));
        }

        void ReportKey(string which, ReadOnlyMemory<byte> found, byte[]? stated, List<VerifyFinding> findings)
        {
            if (stated is not null && !found.Span.SequenceEqual(stated))
                findings.Add(owner.Finding(VerifyFault.WrongKeyRange, shard,
                    $"has the {which} key {owner.codec.Display(found.Span)} instead of {owner.codec.Display(stated)}"));
        }
    }
}
