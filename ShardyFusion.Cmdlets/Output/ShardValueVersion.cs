using System.Management.Automation;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What one snapshot holds under a key.</summary>
public sealed class ShardValueVersion
{
    internal ShardValueVersion(string prefix, object key, KeyVersion version, object? value)
    {
        Prefix = prefix;
        Key = key;
        Offset = version.Offset;
        IsCurrent = version.IsCurrent;
        RunId = version.RunId;
        ManifestRef = version.ManifestRef;
        PublishedAt = UtcTime.Of(version.PublishedAt);
        Found = version.Found;
        Value = value;
        Change = version.Change?.ToString();
        Problem = version.Problem;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The key as given.</summary>
    public object Key { get; }

    /// <summary>Steps back from the current snapshot; negative for newer ones, null when none is current.</summary>
    public int? Offset { get; }

    /// <summary>True when the pointer names the snapshot.</summary>
    public bool IsCurrent { get; }

    /// <summary>The run that built it.</summary>
    public string RunId { get; }

    /// <summary>Its manifest ref.</summary>
    public string ManifestRef { get; }

    /// <summary>When it was published, UTC.</summary>
    public PSObject PublishedAt { get; }

    /// <summary>True when the snapshot has the key; null when it does not tell.</summary>
    public bool? Found { get; }

    /// <summary>The value; null when absent or not known.</summary>
    public object? Value { get; }

    /// <summary>What happened since the snapshot published before it; null for nothing, or when either does not tell.</summary>
    public string? Change { get; }

    /// <summary>Why the snapshot does not tell; null when it does.</summary>
    public string? Problem { get; }
}
