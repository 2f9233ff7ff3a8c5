using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Reads shards before anybody asks for their keys; builds the snapshot first when there is none yet.</summary>
[Cmdlet(VerbsData.Initialize, "ShardReader", DefaultParameterSetName = ByRef, SupportsShouldProcess = true)]
[OutputType(typeof(ShardReader))]
public sealed class InitializeShardReaderCommand : OpenReaderCmdlet
{
    const string FromPath = "Path", OfReader = "Reader";

    static readonly string[] ForOpening = [nameof(Mode), nameof(CachePath), nameof(CacheSize), nameof(MaxConcurrentRequest),
        nameof(ShardIdleTime)];

    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRef)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRunId)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByOffset)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPointer)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByTag)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = FromPath)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>A reader that is open, instead of one that is opened now.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfReader)]
    [ValidateNotNull]
    public ShardReader? Reader { get; set; }

    /// <summary>How much is read.</summary>
    [Parameter]
    public WarmUpLevel Level { get; set; }

    /// <summary>Shards read in parallel.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    [DefaultOf(typeof(WarmUpOptions), nameof(WarmUpOptions.Parallelism))]
    public int? ThrottleLimit { get; set; }

    /// <summary>Reads a second while it warms up.</summary>
    [Parameter]
    public double? MaxReadsPerSecond { get; set; }

    /// <summary>Bytes read a second while it warms up.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxReadBytesPerSecond { get; set; }

    /// <summary>Files of rows for a snapshot that does not exist yet; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Column that holds the key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromPath)]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string KeyProperty { get; set; } = "";

    /// <summary>Columns that make the value; all but the key when none is named.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? ValueProperty { get; set; }

    /// <summary>Format of the files.</summary>
    [Parameter(ParameterSetName = FromPath)]
    public InputFormat Format { get; set; }

    /// <summary>Number of shards.</summary>
    [Parameter(ParameterSetName = FromPath)]
    [Alias("NumDbs")]
    public int? ShardCount { get; set; }

    /// <summary>Derives the number of shards from the number of rows.</summary>
    [Parameter(ParameterSetName = FromPath)]
    public long? MaxKeysPerShard { get; set; }

    /// <summary>How keys are stored.</summary>
    [Parameter(ParameterSetName = FromPath)]
    public KeyEncoding? KeyEncoding { get; set; }

    /// <summary>Text kept with the snapshot.</summary>
    [Parameter(ParameterSetName = FromPath)]
    public string? Message { get; set; }

    private protected override object? ErrorTarget => Reader?.Prefix ?? base.ErrorTarget;

    private protected override void Process()
    {
        if (Reader is { } given)
        {
            if (Array.Find(ForOpening, MyInvocation.BoundParameters.ContainsKey) is { } name)
                throw new ShardyFusionException(ErrorKind.ConfigValidation,
                    $"{name} is for a reader that is opened now; the given one is open.")
                {
                    Target = name,
                };
            if (ShouldProcess(given.ToString(), Action)) WriteObject(WarmUp(given, null));
            return;
        }
        var store = Store;
        string? builtRunId = null;
        if (Path is not null && !RunInBackground(cancellationToken => store.HasSnapshotAsync(null, cancellationToken)))
        {
            if (!ApproveBuild(store)) return;
            builtRunId = Build(store);
        }
        else if (!ShouldProcess(store.Prefix, Action))
        {
            return;
        }
        var opened = OpenReader();
        try
        {
            WarmUp(opened, builtRunId);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        WriteObject(opened);
    }

    string Action => Level == WarmUpLevel.Full ? "open every shard and read its blocks" : "open every shard";

    BuildOptions Options => new()
    {
        ShardCount = ShardCount,
        MaxKeysPerShard = MaxKeysPerShard,
        KeyEncoding = KeyEncoding,
        Message = Message,
    };

    bool ApproveBuild(SnapshotStore store)
    {
        var question = $"Build a snapshot, make it current and {Action} at {store.Prefix}";
        if (ShouldProcess(question, $"{question}?", "Initialize-ShardReader", out var reason)) return true;
        if (reason != ShouldProcessReason.WhatIf) return false;
        var plan = RunInBackground(cancellationToken => store.PlanBuildAsync(Options, cancellationToken));
        foreach (var step in plan.Steps) ShouldProcess(step, step, "Initialize-ShardReader");
        return false;
    }

    string Build(SnapshotStore store)
    {
        InputFile[] files = [.. Path!.SelectMany(ExpandPath)
            .Select(path => new InputFile
            {
                Path = path,
                Connection = PrefixText.IsUri(path) ? UsedConnection(path) : null,
                Format = Format,
                KeyField = KeyProperty,
                ValueFields = ValueProperty,
            })];
        var view = new BuildProgressView(store.Prefix, WriteProgress);
        BuildResult? result = null;
        ShowProgress(view, () => result = RunInBackground(cancellationToken => store.BuildAsync(Options, files, view, cancellationToken)));
        foreach (var warning in result!.Warnings) WriteWarning(warning);
        return result.RunId;
    }

    ShardReader WarmUp(ShardReader reader, string? builtRunId)
    {
        var defaults = new WarmUpOptions();
        var options = defaults with
        {
            Level = Level,
            Parallelism = ThrottleLimit ?? defaults.Parallelism,
            MaxReadsPerSecond = MaxReadsPerSecond,
            MaxReadBytesPerSecond = MaxReadBytesPerSecond,
        };
        var view = new ShardProgressView("Warming up shards", reader.Prefix, WriteProgress);
        ShowProgress(view, () =>
        {
            var report = RunInBackground(cancellationToken => reader.Reader.WarmUpAsync(options, view, cancellationToken));
            if (report.Shortfall is { } shortfall) WriteWarning(shortfall);
            reader.WarmUp = new Output.ShardWarmUp(report, builtRunId);
        });
        return reader;
    }
}
