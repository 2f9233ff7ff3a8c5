using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One change of a pointer, carried out or not.</summary>
public sealed class SnapshotEvent
{
    internal SnapshotEvent(string prefix, PointerEvent found)
    {
        Prefix = prefix;
        At = found.At.UtcDateTime;
        Kind = found.Kind;
        Pointer = found.Pointer;
        Outcome = found.Outcome;
        ErrorId = found.ErrorId;
        From = found.From;
        To = found.To;
        Author = found.Author;
        Host = found.Host;
        ProcessId = found.ProcessId;
        Reason = found.Reason;
        InsistedOn = found.InsistedOn;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>When, UTC.</summary>
    public DateTime At { get; }

    /// <summary>What was wanted.</summary>
    public PointerChange Kind { get; }

    /// <summary>The pointer.</summary>
    public string Pointer { get; }

    /// <summary>What became of it.</summary>
    public PointerOutcome Outcome { get; }

    /// <summary>Why it was not carried out; null when it was.</summary>
    public string? ErrorId { get; }

    /// <summary>Manifest ref that the pointer named before; null when there was none.</summary>
    public string? From { get; }

    /// <summary>Manifest ref that it was to name.</summary>
    public string To { get; }

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
}
