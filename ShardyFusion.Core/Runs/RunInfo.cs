using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>One run, as its record tells.</summary>
public sealed record RunInfo
{
    /// <summary>Name of the run.</summary>
    public required string RunId { get; init; }
    /// <summary>How it is doing.</summary>
    public required RunState State { get; init; }
    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>Last heartbeat, or its end, UTC; null when the record cannot be read.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
    /// <summary>Until when a running run counts as alive, UTC; null when the record cannot be read.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; init; }
    /// <summary>From its begin until now while it is running, else until it was last heard of; null when the record cannot be
    /// read.</summary>
    public TimeSpan? Duration { get; init; }
    /// <summary>What a running build does, or what a failed one was at: <c>reading</c>, <c>writing</c>, <c>publishing</c>; null when
    /// unknown.</summary>
    public string? Phase { get; init; }
    /// <summary>Rows read up to the last heartbeat, or rows of the snapshot; null when unknown.</summary>
    public long? Rows { get; init; }
    /// <summary>Shard bytes written up to the last heartbeat, or bytes of the snapshot; null when unknown.</summary>
    public long? Bytes { get; init; }
    /// <summary>Name of its machine; null when unknown.</summary>
    public string? Host { get; init; }
    /// <summary>Its process there; null when unknown.</summary>
    public int? ProcessId { get; init; }
    /// <summary>What built it: <c>dotnet</c>, <c>python</c>, <c>spark</c>…; null when the record cannot be read.</summary>
    public string? WriterType { get; init; }
    /// <summary>The publisher's message; null for none.</summary>
    public string? Message { get; init; }
    /// <summary>The manifest it wrote; null when it wrote none.</summary>
    public string? ManifestRef { get; init; }
    /// <summary>Kind of the error that ended it; null for none.</summary>
    public string? ErrorType { get; init; }
    /// <summary>That error's message, at most 300 characters; null for none.</summary>
    public string? ErrorMessage { get; init; }
    /// <summary>Where the record lies.</summary>
    public required string RecordRef { get; init; }
    /// <summary>Why the record cannot be read; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The record's version; null when it cannot be read.</summary>
    internal string? ETag { get; init; }
    /// <summary>The record; null when it cannot be read.</summary>
    internal RunRecord? Record { get; init; }
    /// <summary>Relative key of the record.</summary>
    internal string RecordKey { get; init; } = "";

    /// <summary>Reads one record.</summary>
    /// <returns>Null when it is gone meanwhile. One that cannot be read has a <see cref="Problem"/>.</returns>
    /// <exception cref="ShardyFusionException">A failure of the store.</exception>
    internal static async Task<RunInfo?> LoadAsync(IObjectStore store, RunFolder folder, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var reference = SnapshotPaths.ToRef(store.Root, folder.RecordKey);
        try
        {
            if (await new RunRegistry(store).LoadAsync(folder.RecordKey, cancellationToken).ConfigureAwait(false) is not { } found)
                return null;
            var (record, etag) = found;
            // A lease ends by the store's clock. Nobody has to ask for it, which leaves a trace, because of a run that has ended.
            if (record.Status == RunStatus.Running) (store as IStoreMaintenance)?.ReadClock();
            var now = timeProvider.GetUtcNow();
            var isLive = record.IsLive(now);
            return new RunInfo
            {
                RunId = record.RunId,
                State = record.Status switch
                {
                    RunStatus.Succeeded => RunState.Succeeded,
                    RunStatus.Failed => RunState.Failed,
                    _ => isLive ? RunState.Running : RunState.Abandoned,
                },
                StartedAt = record.StartedAt,
                UpdatedAt = record.UpdatedAt,
                LeaseExpiresAt = record.LeaseExpiresAt,
                Duration = (isLive ? now : record.UpdatedAt) - record.StartedAt,
                Phase = record.Phase,
                Rows = record.Rows,
                Bytes = record.Bytes,
                Host = record.Host,
                ProcessId = record.ProcessId,
                WriterType = record.WriterType,
                Message = record.Message,
                ManifestRef = record.ManifestRef,
                ErrorType = record.ErrorType,
                // Written by others too, who may not have looked for secrets.
                ErrorMessage = record.ErrorMessage is null ? null : SecretRedactor.ForRecord(record.ErrorMessage),
                RecordRef = reference,
                RecordKey = folder.RecordKey,
                ETag = etag,
                Record = record,
            };
        }
        catch (ShardyFusionException unreadable) when (unreadable.Kind is ErrorKind.ManifestParse or ErrorKind.StorageDenied
            or ErrorKind.StorageArchived)
        {
            return new RunInfo
            {
                RunId = folder.RunId,
                State = RunState.Unreadable,
                StartedAt = folder.StartedAt,
                RecordRef = reference,
                RecordKey = folder.RecordKey,
                Problem = unreadable.Message,
            };
        }
    }
}
