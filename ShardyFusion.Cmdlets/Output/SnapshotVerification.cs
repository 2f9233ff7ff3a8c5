using ShardyFusion.Catalog;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What verifying a snapshot found.</summary>
public sealed class SnapshotVerification
{
    internal SnapshotVerification(VerifyReport report)
    {
        Prefix = report.Prefix;
        RunId = report.RunId;
        ManifestRef = report.ManifestRef;
        Level = report.Level.ToString();
        Passed = report.Passed;
        ShardsChecked = report.ShardsChecked;
        RowsRead = report.RowsRead;
        BytesRead = report.BytesRead;
        DurationSec = Span.Seconds(report.Duration);
        Notes = new([.. report.Notes]);
        Findings = new([.. report.Findings.Select(finding => new SnapshotFinding(report, finding))]);
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The run that built the snapshot.</summary>
    public string RunId { get; }

    /// <summary>Its manifest ref.</summary>
    public string ManifestRef { get; }

    /// <summary>How closely it was looked at.</summary>
    public string Level { get; }

    /// <summary>True when nothing is wrong.</summary>
    public bool Passed { get; }

    /// <summary>Shards with rows.</summary>
    public int ShardsChecked { get; }

    /// <summary>Rows that were read; 0 below the level Deep.</summary>
    public long RowsRead { get; }

    /// <summary>Shard bytes that were read; 0 below the level Checksum.</summary>
    public long BytesRead { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }

    /// <summary>One object for each thing that is wrong; empty when nothing is.</summary>
    public Listed<SnapshotFinding> Findings { get; }

    /// <summary>What is not wrong and could not be looked at either, a sentence each.</summary>
    public Listed<string> Notes { get; }
}

/// <summary>One thing that is wrong with a snapshot.</summary>
public sealed class SnapshotFinding
{
    internal SnapshotFinding(VerifyReport report, VerifyFinding finding)
    {
        Prefix = report.Prefix;
        RunId = report.RunId;
        Fault = finding.Fault.ToString();
        ShardId = finding.ShardId;
        Target = finding.Target;
        Detail = finding.Detail;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The run that built the snapshot.</summary>
    public string RunId { get; }

    /// <summary>What kind.</summary>
    public string Fault { get; }

    /// <summary>The shard; null when the manifest itself is meant.</summary>
    public int? ShardId { get; }

    /// <summary>The object, as an absolute ref.</summary>
    public string Target { get; }

    /// <summary>What was expected and what was found.</summary>
    public string Detail { get; }

    /// <summary>Kind, shard and detail.</summary>
    public override string ToString() => $"{Fault}: {(ShardId is null ? "the manifest" : $"shard {ShardId}")} {Detail}";
}
