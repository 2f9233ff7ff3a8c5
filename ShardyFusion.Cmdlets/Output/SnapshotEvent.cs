using System.Management.Automation;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One change of a pointer, carried out or not.</summary>
public sealed class SnapshotEvent
{
    internal SnapshotEvent(string prefix, PointerEvent found)
    {
        Prefix = prefix;
        At = UtcTime.Of(found.At);
        Kind = found.Kind.ToString();
        Pointer = found.Pointer;
        Outcome = found.Outcome.ToString();
        ErrorId = found.ErrorId;
        From = RunIn(found.From);
        FromRef = found.From;
        To = RunIn(found.To) ?? found.To;
        ToRef = found.To;
        Author = found.Author;
        Host = found.Host;
        ProcessId = found.ProcessId;
        Reason = found.Reason;
        InsistedOn = found.InsistedOn;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>When, UTC.</summary>
    public PSObject At { get; }

    /// <summary>What was wanted.</summary>
    public string Kind { get; }

    /// <summary>The pointer.</summary>
    public string Pointer { get; }

    /// <summary>What became of it.</summary>
    public string Outcome { get; }

    /// <summary>Why it was not carried out; null when it was.</summary>
    public string? ErrorId { get; }

    /// <summary>Run that the pointer named before; null when there was none.</summary>
    public string? From { get; }

    /// <summary>Its manifest ref.</summary>
    public string? FromRef { get; }

    /// <summary>Run that it was to name.</summary>
    public string To { get; }

    /// <summary>Its manifest ref.</summary>
    public string ToRef { get; }

    /// <summary>Who; null when unknown.</summary>
    public string? Author { get; }

    /// <summary>On which machine; null when unknown.</summary>
    public string? Host { get; }

    /// <summary>Its process there.</summary>
    public int ProcessId { get; }

    /// <summary>Why.</summary>
    public string? Reason { get; }

    /// <summary>What was in the way and passed over because someone insisted; null for nothing.</summary>
    public string? InsistedOn { get; }

    static string? RunIn(string? manifestRef) => SnapshotPaths.RunIdOf(manifestRef) ?? manifestRef;
}
