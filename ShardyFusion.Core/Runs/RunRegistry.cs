using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>The run records of one prefix, as the store has them right now. Safe for concurrent callers.</summary>
sealed class RunRegistry(IObjectStore store)
{
    const string Runs = SnapshotPaths.DefaultRunPrefix + "/";

    /// <summary>Where the records are, newest first. Lists names only; other names are ignored.</summary>
    /// <param name="runId">Only those of this run; null for all.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async Task<IReadOnlyList<RunFolder>> ListAsync(string? runId, CancellationToken cancellationToken)
    {
        var folders = new List<RunFolder>();
        await foreach (var entry in store.ListAsync(Runs, "/", cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsPrefix && SnapshotPaths.TryParseRunFolder(entry.Key.AsSpan(Runs.Length), out var startedAt, out var found)
                && (runId is null || runId == found))
                folders.Add(new RunFolder(entry.Key + SnapshotPaths.RunRecordName, startedAt, found));
        }
        folders.Sort(static (left, right) => right.StartedAt.CompareTo(left.StartedAt) is var byTime && byTime != 0 ? byTime
            : string.CompareOrdinal(right.RecordKey, left.RecordKey));
        return folders;
    }

    /// <summary>As <see cref="ListAsync"/>; where no run has that very id, those of the one that begins with it.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: several begin with it.</exception>
    public async Task<IReadOnlyList<RunFolder>> FindAsync(string? runId, CancellationToken cancellationToken)
    {
        var all = await ListAsync(null, cancellationToken).ConfigureAwait(false);
        if (runId is null) return all;
        var wanted = all.Any(folder => folder.RunId == runId) ? runId
            : RunIdPrefix.Find(all.Select(folder => folder.RunId), runId, store.Root);
        return [.. all.Where(folder => folder.RunId == wanted)];
    }

    /// <summary>Loads a record. One GET.</summary>
    /// <returns>Null when it is gone meanwhile.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: it is malformed.</exception>
    public async Task<(RunRecord Record, string ETag)?> LoadAsync(string recordKey, CancellationToken cancellationToken) =>
        await store.GetAsync(recordKey, RunRecordCodec.MaxBytes, cancellationToken).ConfigureAwait(false) is { } found
            ? (RunRecordCodec.Read(found.Content.Span, SnapshotPaths.ToRef(store.Root, recordKey)), found.ETag) : null;

    /// <summary>No run of that name.</summary>
    public ShardyFusionException NotFound(string runId) =>
        new(ErrorKind.RunNotFound, $"'{store.Root}' has no record of a run '{runId}'.") { Target = runId };

    /// <summary>The live record of a run; null when it has none. A record that cannot be read counts as live: nobody can tell.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="exceptKey">A record that does not count; null for none.</param>
    /// <param name="now">What the leases are compared with.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<RunFolder?> FindLiveAsync(string runId, string? exceptKey, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var folder in await ListAsync(runId, cancellationToken).ConfigureAwait(false))
        {
            if (folder.RecordKey == exceptKey) continue;
            try
            {
                if (await LoadAsync(folder.RecordKey, cancellationToken).ConfigureAwait(false) is { } found && found.Record.IsLive(now))
                    return folder;
            }
            catch (ShardyFusionException e) when (e.Kind == ErrorKind.ManifestParse)
            {
                return folder;
            }
        }
        return null;
    }

    /// <summary>Marks a run that died as failed, unless its record changed since it was read: then the run's own word stands.</summary>
    /// <returns>False when the record changed.</returns>
    public async Task<bool> MarkAbandonedAsync(RunVersion seen, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        now = SnapshotTime.ToMicroseconds(now);
        var failed = seen.Record with
        {
            Status = RunStatus.Failed,
            UpdatedAt = now,
            LeaseExpiresAt = now,
            ErrorType = RunRecord.Abandoned,
            ErrorMessage = SecretRedactor.ForRecord(why),
        };
        return (await store.PutAsync(seen.RecordKey, RunRecordCodec.Write(failed),
            new PutOptions(PutCondition.IfMatch(seen.ETag), RunRecordCodec.ContentType), cancellationToken).ConfigureAwait(false)).Written;
    }
}

/// <summary>A run record by its name.</summary>
/// <param name="RecordKey">Relative key of the record.</param>
/// <param name="StartedAt">UTC, to the microsecond.</param>
/// <param name="RunId">The run.</param>
readonly record struct RunFolder(string RecordKey, DateTimeOffset StartedAt, string RunId);

/// <summary>A run record as it was read.</summary>
readonly record struct RunVersion(string RecordKey, RunRecord Record, string ETag);
