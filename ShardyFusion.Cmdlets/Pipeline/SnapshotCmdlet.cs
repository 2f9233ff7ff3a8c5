using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that work on one snapshot of a prefix, named in one of several ways.</summary>
public abstract class SnapshotCmdlet : StoreCmdlet
{
    private protected const string ByRef = "Ref", ByRunId = "RunId", ByOffset = "Offset", ByPointer = "FromPointer", ByTag = "Tag";

    /// <summary>The snapshot prefix.</summary>
    /// <remarks>Abstract, because pipeline binding differs.</remarks>
    public abstract string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot.</summary>
    /// <remarks>Abstract, because pipeline binding differs.</remarks>
    public abstract string? Ref { get; set; }

    /// <summary>Run that built the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRunId)]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public virtual string? RunId { get; set; }

    /// <summary>Steps back from the current snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByOffset)]
    public virtual int? Offset { get; set; }

    /// <summary>Pointer that names the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPointer)]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public virtual string? FromPointer { get; set; }

    /// <summary>Tag of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByTag)]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public virtual string? Tag { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>The snapshot that the parameters name.</summary>
    private protected SnapshotSelector Selector => new() { Ref = Ref, RunId = RunId, Offset = Offset, Pointer = FromPointer, Tag = Tag };
}
