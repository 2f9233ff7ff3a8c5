using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Routing;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Publishes a snapshot that is staged, or current under another pointer, or made of shard files that something else
/// wrote.</summary>
[Cmdlet(VerbsData.Publish, "ShardedSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = ByRef)]
[OutputType(typeof(SnapshotPublishResult))]
public sealed class PublishShardedSnapshotCommand : GuardedCmdlet
{
    const string ByRef = "Ref", ByRunId = "RunId", ByOffset = "Offset", ByPointer = "FromPointer", ByTag = "Tag", FromFiles = "ShardPath";

    ShardFiles? files;

    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>Manifest ref of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Ref { get; set; }

    /// <summary>Run that built the snapshot; with shard files, the name of the run that takes them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRunId)]
    [Parameter(ParameterSetName = FromFiles)]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Steps back from the current snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByOffset)]
    public int? Offset { get; set; }

    /// <summary>Pointer that names the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPointer)]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? FromPointer { get; set; }

    /// <summary>Tag of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByTag)]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Publishes a blocked snapshot, too.</summary>
    [Parameter(ParameterSetName = ByRef)]
    [Parameter(ParameterSetName = ByRunId)]
    [Parameter(ParameterSetName = ByOffset)]
    [Parameter(ParameterSetName = ByPointer)]
    [Parameter(ParameterSetName = ByTag)]
    public SwitchParameter IgnoreBlock { get; set; }

    /// <summary>Where the shard files lie.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromFiles)]
    [ValidateNotNullOrEmpty]
    public string? ShardPath { get; set; }

    /// <summary>Number of shards that the keys of the files were spread over.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromFiles)]
    [Alias("NumDbs")]
    public int? ShardCount { get; set; }

    /// <summary>How the keys in the files are stored.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromFiles)]
    public KeyEncoding? KeyEncoding { get; set; }

    /// <summary>What the values in the files are.</summary>
    [Parameter(ParameterSetName = FromFiles)]
    public ValueEncoding? ValueEncoding { get; set; }

    /// <summary>Text kept with the snapshot.</summary>
    [Parameter(ParameterSetName = FromFiles)]
    public string? Message { get; set; }

    /// <summary>Leaves the pointer where it is.</summary>
    [Parameter(ParameterSetName = FromFiles)]
    public SwitchParameter NoPublish { get; set; }

    private protected override void Process()
    {
        var store = Store;
        if (ShardPath is not null) PublishFiles(store, ShardPath);
        else PublishSnapshot(store, Rules() with { IgnoreBlock = IgnoreBlock });
    }

    private protected override async ValueTask ReleaseAsync()
    {
        if (files is not null) await files.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    void PublishSnapshot(SnapshotStore store, PublishRules rules)
    {
        var target = new SnapshotSelector { Ref = Ref, RunId = RunId, Offset = Offset, Pointer = FromPointer, Tag = Tag };
        var plan = RunInBackground(cancellationToken => store.PlanPublishAsync(target, rules, cancellationToken));
        if (plan.IsNoOp) WriteWarning($"The pointer {plan.Pointer} already names run '{plan.To}'; nothing is changed.");
        var action = plan.From is null ? $"publish to {plan.Pointer}" : $"publish to {plan.Pointer} instead of run '{plan.From}'";
        if (!plan.IsNoOp && !ShouldProcess(string.Create(CultureInfo.InvariantCulture,
            $"run '{plan.To}' ({plan.RowCount:N0} rows) at {store.Prefix}"), action)) return;
        var published = RunInBackground(cancellationToken => store.PublishAsync(plan, rules, AllowUnsafePointer, cancellationToken));
        if (published.Warning is { } warning) WriteWarning(warning);
        var result = new SnapshotPublishResult(published);
        WarnAboutFailures(result.Guards);
        if (result.Changed) TellOfPublish(result);
        WriteObject(result);
    }

    void PublishFiles(SnapshotStore store, string path)
    {
        var (location, connection) = (ResolveLocation(path), UsedConnection());
        if (files is { } old) Await(EndAsync(old));
        files = RunInBackground(cancellationToken => store.FindShardFilesAsync(location, connection, cancellationToken));
        var options = new BuildOptions
        {
            ShardFiles = files,
            ShardCount = ShardCount,
            KeyEncoding = KeyEncoding,
            ValueEncoding = ValueEncoding,
            RunId = RunId,
            Message = Message,
            Publish = !NoPublish,
            Rules = Rules(),
            AllowUnsafePointer = AllowUnsafePointer,
        };
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var what = string.Create(CultureInfo.InvariantCulture,
            $"{ReadableText.Plural(files.Files.Count, "shard file")} ({files.Bytes:N0} bytes) of {files.Location}");
        var action = NoPublish ? "make a snapshot without publishing it"
            : $"make a snapshot and publish it to {Pointer ?? SnapshotPaths.CurrentPointerName}";
        if (!ShouldProcess($"{what} at {store.Prefix}", action)) return;
        var view = new BuildProgressView(store.Prefix, WriteProgress);
        ShowProgress(view, () =>
        {
            var result = RunInBackground(cancellationToken => BuildAsync(store, options, view, cancellationToken));
            foreach (var warning in result.Warnings) WriteWarning(warning);
            var published = new SnapshotPublishResult(result);
            WarnAboutFailures(published.Guards);
            if (published.Changed) TellOfPublish(published);
            WriteObject(published);
        });
    }

    static async Task<BuildResult> BuildAsync(SnapshotStore store, BuildOptions options, IProgress<BuildProgress> progress,
        CancellationToken cancellationToken)
    {
        var build = await store.StartBuildAsync(options, progress, cancellationToken).ConfigureAwait(false);
        // Left before it is complete, for whatever reason, the build is abandoned here.
        await using var disposeBuild = build.ConfigureAwait(false);
        return await build.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
