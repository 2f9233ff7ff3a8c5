using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One build of a prefix, as its run record tells.</summary>
public sealed class SnapshotRun
{
    internal SnapshotRun(string prefix, RunInfo run)
    {
        Prefix = prefix;
        RunId = run.RunId;
        State = run.State;
        StartedAt = run.StartedAt.UtcDateTime;
        UpdatedAt = run.UpdatedAt?.UtcDateTime;
        LeaseExpiresAt = run.LeaseExpiresAt?.UtcDateTime;
        Duration = run.Duration;
        Phase = run.Phase;
        Rows = run.Rows;
        Bytes = run.Bytes;
        Host = run.Host;
        ProcessId = run.ProcessId;
        WriterType = run.WriterType;
        Message = run.Message;
        ManifestRef = run.ManifestRef;
        ErrorType = run.ErrorType;
        ErrorMessage = run.ErrorMessage;
        RecordRef = run.RecordRef;
        Problem = run.Problem;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>How it is doing: running, succeeded, failed, abandoned, or unreadable.</summary>
    public RunState State { get; }

    /// <summary>When it began, UTC.</summary>
    public DateTime StartedAt { get; }

    /// <summary>Last heartbeat, or its end, UTC.</summary>
    public DateTime? UpdatedAt { get; }

    /// <summary>Until when a running run counts as alive, UTC.</summary>
    public DateTime? LeaseExpiresAt { get; }

    /// <summary>From its begin until now while it is running, else until it was last heard of.</summary>
    public TimeSpan? Duration { get; }

    /// <summary>What a running build does, or what a failed one was at: reading, writing, publishing.</summary>
    public string? Phase { get; }

    /// <summary>Rows read up to a few seconds ago, or rows of the snapshot.</summary>
    public long? Rows { get; }

    /// <summary>Shard bytes written up to the last heartbeat, or bytes of the snapshot.</summary>
    public long? Bytes { get; }

    /// <summary>Name of its machine.</summary>
    public string? Host { get; }

    /// <summary>Its process there.</summary>
    public int? ProcessId { get; }

    /// <summary>What built it.</summary>
    public string? WriterType { get; }

    /// <summary>The publisher's message.</summary>
    public string? Message { get; }

    /// <summary>The manifest it wrote.</summary>
    public string? ManifestRef { get; }

    /// <summary>Kind of the error that ended it.</summary>
    public string? ErrorType { get; }

    /// <summary>That error's message.</summary>
    public string? ErrorMessage { get; }

    /// <summary>Where the record lies.</summary>
    public string RecordRef { get; }

    /// <summary>Why the record cannot be read; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}

/// <summary>What stopping a run did.</summary>
public sealed class SnapshotRunStop
{
    internal SnapshotRunStop(RunStopResult result)
    {
        Prefix = result.Prefix;
        RunId = result.RunId;
        Outcome = result.Outcome;
        Before = result.Before;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>What happened.</summary>
    public RunStopOutcome Outcome { get; }

    /// <summary>How the run was doing before.</summary>
    public RunState Before { get; }
}
