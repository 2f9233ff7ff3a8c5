using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;
using ShardyFusion.Jobs;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy job</summary>
static class JobCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal) => new("job",
        "Builds a snapshot by tasks on many machines, which may run twice, late, or be killed.")
    {
        Plan(shared, terminal), Map(shared, terminal), Seal(shared, terminal), Reduce(shared, terminal), Shard(shared, terminal),
        Complete(shared, terminal), Status(shared, terminal), Resume(shared, terminal),
    };

    static Command Plan(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("plan", "Settles what all tasks must agree on, cuts files into slices, and holds the prefix for "
            + "the job.");
        var write = WriteOptions.OfPlan(command);
        var maps = new Option<int?>("--maps")
        {
            Description = "About how many maps read the files. Default: one a file.",
            HelpName = "n",
        };
        var rows = new Option<JobRows?>("--rows-from")
        {
            Description = "Who brings the rows: files, an engine to the maps as they come, or an engine that shuffles them itself.",
            HelpName = "files|engine|shuffled",
            CustomParser = SharedOptions.ParseChoice<JobRows>,
        };
        var lease = DurationOption.Create("--lease", "How long the job holds the prefix without a sign of life from a task. Default: 1h.",
            allowsZero: false);
        foreach (var option in new Option[] { maps, rows, lease }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var source = new JobSource
            {
                Rows = run.Parsed.GetValue(rows) ?? JobRows.Files,
                Reading = write.ReadingOf(run.Parsed),
                Paths = write.PathsOf(run.Parsed),
                Maps = run.Parsed.GetValue(maps),
            };
            var options = write.BuildOf(run.Parsed) with { LeaseDuration = run.Parsed.GetValue(lease) ?? TimeSpan.FromHours(1) };
            if (source.Rows != JobRows.Files && !write.SaysDuplicateKey(run.Parsed))
                options = options with { DuplicateKey = DuplicateKeyPolicy.Fail };
            run.Write(new JobOutput(await store.Jobs.PlanAsync(options, source, cancellationToken).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Command Map(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("map",
            "Runs one map: reads its slice, or the rows on standard input, and leaves them sorted by shard.");
        var job = JobArgument(command);
        var map = new Argument<int>("map") { Description = "The map, from 0." };
        command.Add(map);
        var work = WorkOf(command, withRows: true);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            // Standard input is not touched by a map of files, so that a scheduler may leave it open.
            run.Write(new JobMapOutput(await BuildProgressLine.ShowAsync(terminal, progress => store.Jobs.MapOpeningAsync(
                run.Parsed.GetRequiredValue(job), run.Parsed.GetValue(map), StandardStreams.Input, WorkOf(work, run, progress),
                cancellationToken)).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Command Seal(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("seal", "Says how many maps there are, once all have ended, where an engine decides that.");
        var job = JobArgument(command);
        var maps = new Option<int>("--maps") { Description = "Maps, numbered from 0.", HelpName = "n", Required = true };
        var rows = new Option<long?>("--rows")
        {
            Description = "Rows that they were given in all; when another number was read, the job is not completed.",
            HelpName = "n",
        };
        command.Add(maps);
        command.Add(rows);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            run.Write(new JobOutput(await store.Jobs.SealAsync(run.Parsed.GetRequiredValue(job), run.Parsed.GetValue(maps),
                run.Parsed.GetValue(rows), cancellationToken).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Command Reduce(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("reduce", "Makes shards of what all maps have left.");
        var job = JobArgument(command);
        var shards = ShardsArgument(command);
        var work = WorkOf(command, withRows: false);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            run.Write(new JobShardsOutput(await BuildProgressLine.ShowAsync(terminal, progress => store.Jobs.ReduceAsync(
                run.Parsed.GetRequiredValue(job), run.Parsed.GetRequiredValue(shards), WorkOf(work, run, progress), cancellationToken))
                .ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Command Shard(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("shard",
            "Makes shards of the rows on standard input, which an engine has brought together; each row is routed again.");
        var job = JobArgument(command);
        var shards = ShardsArgument(command);
        var work = WorkOf(command, withRows: true);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            run.Write(new JobShardsOutput(await BuildProgressLine.ShowAsync(terminal, progress => store.Jobs.WriteShardsAsync(
                run.Parsed.GetRequiredValue(job), run.Parsed.GetRequiredValue(shards), StandardStreams.Input(),
                WorkOf(work, run, progress), cancellationToken)).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Command Complete(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("complete", "Demands the result of every task, and publishes the snapshot.");
        var job = JobArgument(command);
        var message = new Option<string?>("--message", "-m")
        {
            Description = "Free text kept with the snapshot. Default: that of the plan.",
            HelpName = "text",
        };
        var noPublish = new Option<bool>("--no-publish") { Description = "Leave the snapshot staged: the pointer does not move." };
        var allowEmpty = new Option<bool>("--allow-empty") { Description = "Publish a snapshot without rows." };
        foreach (var option in new Option[] { message, noPublish, allowEmpty }) command.Add(option);
        var guards = new GuardOptions(command);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = new BuildOptions
            {
                Message = run.Parsed.GetValue(message),
                Publish = !run.Parsed.GetValue(noPublish),
                AllowEmpty = run.Parsed.GetValue(allowEmpty),
                AllowUnsafePointer = guards.AllowsUnsafePointer(run.Parsed),
                Rules = guards.RulesOf(run.Parsed),
            };
            var done = await BuildProgressLine.ShowAsync(terminal, progress => store.Jobs.CompleteAsync(run.Parsed.GetRequiredValue(job),
                options, progress, cancellationToken)).ConfigureAwait(false);
            run.Write(done.Build is { } result ? new WriteOutput(result) : new JobDoneOutput(done));
            return 0;
        }));
        return command;
    }

    static Command Status(SharedOptions shared, Terminal terminal) => Looking(shared, terminal, "status",
        "Shows how far a job is, which results are missing, and what comes next.",
        (store, job, cancellationToken) => store.Jobs.GetAsync(job, cancellationToken));

    static Command Resume(SharedOptions shared, Terminal terminal) => Looking(shared, terminal, "resume",
        "Goes on with a job that was stopped, has failed, or lost the prefix; what its tasks have done counts.",
        (store, job, cancellationToken) => store.Jobs.ResumeAsync(job, cancellationToken));

    static Command Looking(SharedOptions shared, Terminal terminal, string name, string description,
        Func<SnapshotStore, string, CancellationToken, Task<JobInfo>> look)
    {
        var command = new Command(name, description);
        var job = JobArgument(command);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            run.Write(new JobOutput(await look(store, run.Parsed.GetRequiredValue(job), cancellationToken).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }

    static Argument<string> JobArgument(Command command)
    {
        var job = new Argument<string>("job-id") { Description = "The job; the beginning of its name will do." };
        command.Add(job);
        return job;
    }

    static Argument<int[]> ShardsArgument(Command command)
    {
        var shards = new Argument<int[]>("shards")
        {
            Description = "The shards, as in 3 or 0-7,12.",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = ParseShards,
        };
        command.Add(shards);
        return shards;
    }

    static int[]? ParseShards(ArgumentResult result)
    {
        var shards = new List<int>();
        foreach (var part in result.Tokens[0].Value.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first && last < 1 << 16)
            {
                shards.AddRange(Enumerable.Range(first, last - first + 1));
                continue;
            }
            result.AddError($"'{part}' is neither a shard nor a range of shards, as in 3 or 0-7.");
            return null;
        }
        return [.. shards];
    }

    static JobWork WorkOf(WorkOptions work, CommandRun run, IProgress<BuildProgress>? progress) =>
        new() { Options = work.ApplyTo(new BuildOptions(), run.Parsed), Progress = progress };

    static WorkOptions WorkOf(Command command, bool withRows)
    {
        var work = new WorkOptions();
        if (withRows) command.Add(work.RejectFile);
        foreach (var option in work.All) command.Add(option);
        return work;
    }
}
