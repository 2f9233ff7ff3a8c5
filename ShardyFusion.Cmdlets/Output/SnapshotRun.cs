using System.Management.Automation;
using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One build of a prefix, as its run record tells.</summary>
public sealed class SnapshotRun
{
    internal SnapshotRun(string prefix, RunInfo run)
    {
        Prefix = prefix;
        RunId = run.RunId;
        State = run.State.ToString();
        StartedAt = UtcTime.Of(run.StartedAt);
        UpdatedAt = UtcTime.Of(run.UpdatedAt);
        LeaseExpiresAt = UtcTime.Of(run.LeaseExpiresAt);
        DurationSec = Span.Seconds(run.Duration);
        Phase = run.Phase;
        RowCount = run.Rows;
        Bytes = run.Bytes;
        Host = run.Host;
        ProcessId = run.ProcessId;
        WriterType = run.WriterType;
        Message = run.Message;
        ManifestRef = run.ManifestRef;
        ErrorId = run.ErrorType;
        ErrorMessage = run.ErrorMessage;
        RecordRef = run.RecordRef;
        Problem = run.Problem;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>How it is doing: running, succeeded, failed, abandoned, or unreadable.</summary>
    public string State { get; }

    /// <summary>When it began, UTC.</summary>
    public PSObject StartedAt { get; }

    /// <summary>Last heartbeat, or its end, UTC.</summary>
    public PSObject? UpdatedAt { get; }

    /// <summary>Until when a running run counts as alive, UTC.</summary>
    public PSObject? LeaseExpiresAt { get; }

    /// <summary>From its begin until now while it is running, else until it was last heard of.</summary>
    public double? DurationSec { get; }

    /// <summary>What a running build does, or what a failed one was at: reading, writing, publishing.</summary>
    public string? Phase { get; }

    /// <summary>Rows read up to a few seconds ago, or rows of the snapshot.</summary>
    public long? RowCount { get; }

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
    public string? ErrorId { get; }

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
        Outcome = result.Outcome.ToString();
        Before = result.Before.ToString();
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>What happened.</summary>
    public string Outcome { get; }

    /// <summary>How the run was doing before.</summary>
    public string Before { get; }
}
