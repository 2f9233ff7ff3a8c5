using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy demo: every step is a command line that a reader can type.</summary>
static class DemoCommand
{
    const string Paris = "2988507", Tokyo = "1850147", Nairobi = "184745", Oslo = "3143244";

    const string Corrections =
        """
        geonameid,name,country,admin1,population,latitude,longitude
        2988507,Paris,FR,11,2102650,48.85341,2.34880
        3143244,Oslo,NO,12,717710,59.91273,10.74609
        99000001,Demo-on-Sea,XX,00,15000,0.00000,0.00000

        """;

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("demo",
            "Runs the whole story on 24,323 places of the world: build, read, publish again, history, rollback, health.");
        CommandRun.Bind(command, shared, terminal, RunAsync);
        return command;
    }

    static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("shardyfusion-demo-").FullName;
        var prefix = run.PrefixOrNull ?? Path.Combine(folder, "snap");
        if (run.PrefixOrNull is not null) await ThrowIfUsedAsync(run, cancellationToken).ConfigureAwait(false);
        var cities = Path.Combine(folder, "cities.csv.gz");
        var corrections = Path.Combine(folder, "corrections.csv");
        await ExtractAsync(cities, cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(corrections, Corrections, cancellationToken).ConfigureAwait(false);
        string[] load = ["--key", "geonameid", "--key-encoding", "u64be", "--shards", "8"];

        (string Title, string[] Args)[] steps =
        [
            ("Build 8 shards from a packed CSV file and publish them. Keys are the GeoNames ids; each value is a JSON object of the "
                + "other columns.",
                ["write", cities, .. load, "--run-id", "cities-1", "--message", "first load"]),
            ("The shards: each is one RocksDB table file.", ["shards"]),
            ("Read one key. It is in one shard, and no other is opened.", ["get", Paris]),
            ("Read several keys; one of them is not there.", ["multiget", Tokyo, Nairobi, Oslo, "1"]),
            ("Which shard a key belongs to follows from its hash alone.", ["route", Paris]),
            ("Publish again with three changed rows: the second file comes later, and the last row of a key wins.",
                ["write", cities, corrections, .. load, "--run-id", "cities-2", "--message", "two corrections, one new place"]),
            ("Readers now see the new figures.", ["multiget", Paris, Oslo, "99000001"]),
            ("The snapshot before can still be read; the pointer stays where it is.", ["get", Paris, "--offset", "1"]),
            ("The history: the star marks the current snapshot.", ["history"]),
            ("Something is wrong with the new one? First see what a rollback would do.", ["rollback", "--offset", "1", "--dry-run"]),
            ("Then do it: one small object is swapped, no shard is copied.", ["rollback", "--offset", "1", "--yes"]),
            ("Readers see the first load again.", ["multiget", Paris, Oslo, "99000001"]),
            ("The newer snapshot is kept, at offset -1.", ["history"]),
            ("Is all well? One key of every shard is read, and the manifest must not be older than an hour.",
            ["health", "--deep", "--staleness-threshold", "3600"]),
        ];

        // The story is for people, also where it is piped into a file.
        var mode = run.NamedMode ?? OutputMode.Table;
        var notes = mode is OutputMode.Json or OutputMode.Jsonl ? run.Terminal.Error : run.Terminal.Out;
        Note(notes, $"Data: places with at least 15,000 inhabitants, from GeoNames (CC BY 4.0), unpacked to {cities}");
        for (var i = 0; i < steps.Length; i++)
        {
            var (title, args) = steps[i];
            Note(notes, $"\n{i + 1}. {title}\n   $ {CommandText([.. args, "--prefix", prefix])}");
            string[] line = [.. args, "--prefix", prefix, .. run.ConnectionArgs, "--output", $"{mode}"];
            var exitCode = await ShardyApp.RunAsync(line, run.Terminal, cancellationToken).ConfigureAwait(false);
            if (exitCode == 0) continue;
            Note(notes, $"\nThe demo ends here: step {i + 1} failed with exit code {exitCode}.");
            return exitCode;
        }
        Note(notes,
            $"\nDone. The snapshots are in {prefix}; try 'shardy get {Tokyo} --prefix "
                + $"{prefix}'.{(run.PrefixOrNull is null ? $" Remove {folder} when you have seen enough." : "")}");
        return 0;
    }

    static async Task ThrowIfUsedAsync(CommandRun run, CancellationToken cancellationToken)
    {
        // The plan of a build also answers for a folder that does not exist yet.
        var plan = await run.WithStoreAsync(store => store.PlanBuildAsync(new BuildOptions(), cancellationToken)).ConfigureAwait(false);
        if (plan.CurrentRunId is null) return;
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"The prefix holds snapshots already (run '{plan.CurrentRunId}'); the demo does not publish over them.")
        {
            RecommendedAction = "Choose an empty prefix, or none for a temporary folder.",
        };
    }

    static async Task ExtractAsync(string path, CancellationToken cancellationToken)
    {
        using var packed = typeof(DemoCommand).Assembly.GetManifestResourceStream("cities.csv.gz")
            ?? throw new InvalidOperationException("The program was built without its data.");
        using var file = File.Create(path);
        await packed.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    static void Note(TextWriter writer, string text)
    {
        writer.WriteLine(text);
        writer.Flush();
    }

    static string CommandText(IEnumerable<string> args) => "shardy " + string.Join(' ', args.Select(a => a.Contains(' ') ? $"\"{a}\"" : a));
}
