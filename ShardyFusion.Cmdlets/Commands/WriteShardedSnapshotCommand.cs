using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Builds a snapshot from rows and publishes it.</summary>
[Cmdlet(VerbsCommunications.Write, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = FromPath)]
[OutputType(typeof(SnapshotBuildResult), typeof(Job))]
public sealed class WriteShardedSnapshotCommand : RowFileCmdlet
{
    readonly List<InputFile> files = [];
    RowReader? rows;
    BuildOptions? options;
    BuildFeedback? feedback;
    SnapshotBuild? build;
    RangeForecast? forecast;
    bool approved;

    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 0)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>The rows: objects, dictionaries, data rows; as an argument also a list, a data table or an open data reader.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = FromObjects)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>Goes on as a job once the rows are taken.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override object? ErrorTarget => files.Count == 1 ? files[0].Path : base.ErrorTarget;

    private protected override void Begin()
    {
        RequireRows();
        RequireNoScriptInJob();
        options = ReadOptions();
        files.AddRange(InputFiles());
        foreach (var file in files) file.ThrowIfInvalid();
        feedback = new BuildFeedback(new BuildProgressView(Store.Prefix, IsProgressSilent() ? null : WriteProgress));
        approved = Approve();
        if (!approved || (AsJob && files.Count > 0)) return;
        build = StartBuild(Store);
        build.NoteKeyName(KeyProperty);
        rows = new RowReader(KeyProperty, ValueProperty, build.RoutingColumns);
    }

    private protected override void Process()
    {
        if (build is null && forecast is null) return;
        if (files.Count > 0) return;
        if (MyInvocation.ExpectingInput) Add(InputObject);
        else AddArgument(InputObject);
    }

    private protected override void End()
    {
        if (forecast is not null)
        {
            foreach (var file in files) RunInBackground(cancellationToken => forecast.AddFileAsync(file, cancellationToken));
            ShowPlan();
        }
        if (!approved) return;
        if (AsJob)
        {
            WriteObject(StartJob());
            return;
        }
        foreach (var file in files) RunInBackground(cancellationToken => build!.AddFileAsync(file, cancellationToken));
        var result = new SnapshotBuildResult(RunInBackground(build!.CompleteAsync));
        feedback!.View.Complete();
        TellPhases();
        if (result.RejectedRows > 0)
            WriteWarning(string.Create(CultureInfo.InvariantCulture,
                $"{result.RejectedRows:N0} of {result.RowsRead:N0} rows were left out. The first: "
                    + $"{result.RejectionSamples.FirstOrDefault()}"));
        WarnAboutFailures(result.Guards);
        foreach (var warning in result.Warnings) WriteWarning(warning);
        if (result.Published) TellOfPublish(result);
        WriteObject(result);
    }

    private protected override void Tick()
    {
        base.Tick();
        if (feedback is null) return;
        feedback.View.Show();
        // Its name comes first.
        if (build is not null) TellPhases();
    }

    void TellPhases()
    {
        while (feedback!.TryTake(out var sentence)) WriteVerbose(sentence!);
    }

    private protected override async ValueTask ReleaseAsync()
    {
        if (build is not null) await build.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    void Add(PSObject? row)
    {
        StopToken.ThrowIfCancellationRequested();
        var fault = rows!.TryRead(row, out var key, out var value);
        if (build is null) forecast!.Add(fault is null ? key : null);
        else if (fault is not null) build.AddRejected(fault, key);
        else build.Add(key, value, rows.RoutingValues);
        feedback!.View.Show();
    }

    /// <summary>What is given as an argument was not taken apart by the pipeline.</summary>
    void AddArgument(PSObject? argument)
    {
        switch (argument?.BaseObject)
        {
            case IDataReader reader: if (build is not null) AddReader(reader); break; // Under -WhatIf its rows are left where they are.
            case DataTable table:
                using (var reader = table.CreateDataReader()) AddReader(reader);
                break;
            case string or IDictionary: Add(argument); break;
            case IEnumerable items:
                foreach (var item in items) Add(item is null ? null : PSObject.AsPSObject(item));
                break;
            default: Add(argument); break;
        }
    }

    void AddReader(IDataReader reader)
    {
        if (build is null) forecast!.AddReader(reader, KeyProperty);
        else RunInBackground(cancellationToken => build.AddReaderAsync(reader, KeyProperty, ValueProperty, cancellationToken));
    }

    void RequireRows()
    {
        // PowerShell alone would write an error for each row and publish the file.
        if (MyInvocation.ExpectingInput && (Path ?? LiteralPath) is not null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Rows come from the pipeline and from files at once.")
            {
                RecommendedAction = "Pipe rows, or give -Path; to build from both, write the rows to a file first.",
            };
        if (ParameterSetName == FromObjects || (Path ?? LiteralPath) is not null) return;
        throw new ShardyFusionException(ErrorKind.ConfigValidation, "No rows are given.")
        {
            RecommendedAction = "Pipe objects, or give -Path, -LiteralPath or -InputObject.",
        };
    }

    void RequireNoScriptInJob()
    {
        if (!AsJob || (Guard is null && OnPublished is null)) return;
        var name = Guard is null ? nameof(OnPublished) : nameof(Guard);
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"{name} cannot be combined with AsJob: a script block needs the pipeline's thread.")
        {
            RecommendedAction = Guard is null ? "Run without -AsJob, or act on what Receive-Job -Wait gives."
                : "Run without -AsJob, or use the limits and canaries.",
        };
    }

    SnapshotBuild StartBuild(SnapshotStore store)
    {
        var started = RunInBackground(cancellationToken => store.StartBuildAsync(options!, feedback, cancellationToken));
        WriteVerbose($"Run '{started.RunId}' has begun at {store.Prefix}.");
        return started;
    }

    bool Approve()
    {
        var action = NoPublish ? "build a snapshot without publishing it" : "build a snapshot and make it current";
        var question = $"{char.ToUpperInvariant(action[0])}{action[1..]} at {Store.Prefix}";
        if (ShouldProcess(question, $"{question}?", "Write-ShardedSnapshot", out var reason)) return true;
        if (reason != ShouldProcessReason.WhatIf) return false;
        // Where the rows have something to say, the plan waits for them.
        forecast = RangeForecast.For(options!);
        if (forecast is null) ShowPlan();
        else rows = new RowReader(KeyProperty, [KeyProperty], []);
        return false;
    }

    void ShowPlan()
    {
        var plan = RunInBackground(cancellationToken => Store.PlanBuildAsync(options!, forecast, cancellationToken));
        // ShouldProcess is what prints under -WhatIf; it always says no there.
        foreach (var step in plan.Steps) ShouldProcess(step, step, "Write-ShardedSnapshot");
    }

    SnapshotBuildJob StartJob()
    {
        var store = DetachStore();
        var job = new SnapshotBuildJob(MyInvocation.Line, store, build);
        // From here on the job ends the build.
        build = null;
        JobRepository.Add(job);
        feedback!.View = new BuildProgressView(store.Prefix, job.Progress.Add);
        job.Start(feedback, files.Count == 0 ? null : async cancellationToken =>
        {
            var filled = await store.StartBuildAsync(options!, feedback, cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var file in files) await filled.AddFileAsync(file, cancellationToken).ConfigureAwait(false);
                return filled;
            }
            catch
            {
                await filled.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        });
        return job;
    }

    bool IsProgressSilent()
    {
        var preference = MyInvocation.BoundParameters.TryGetValue("ProgressAction", out var given) ? given
            : GetVariableValue("ProgressPreference");
        return preference?.ToString() is "SilentlyContinue" or "Ignore";
    }
}
