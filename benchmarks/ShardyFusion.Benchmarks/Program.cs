using System.Globalization;
using ShardyFusion.Benchmarks;

// See README.md beside this file.
if (args.Length > 0 && args[0] == "child-write") return await ChildProcesses.WriteAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-read") return await ChildProcesses.ReadAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-file") return await ChildMeasurements.FileAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-place") return await ChildMeasurements.PlaceAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-cold") return await ChildMeasurements.ColdAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-grow") return await ChildMeasurements.GrowAsync(args[1..]);
if (args.Length > 0 && args[0] == "child-warm") return ChildMeasurements.Warm();

var command = args.FirstOrDefault(a => !a.StartsWith("--", StringComparison.Ordinal)) ?? "all";
var rounds = (int)Option("--rounds", 3);
var scale = Option("--percent", 100) / 100.0;
var folder = Path.GetFullPath(TextOption("--folder") ?? Path.Combine(Path.GetTempPath(), "shardyfusion-benchmarks"));
Directory.CreateDirectory(folder);
var runner = new Runner(folder);
var report = new Report(folder);
if (args.Contains("--continue")) report.Continue();
var write = new WriteBenchmark(runner, report, rounds);
var growth = new GrowthBenchmark(runner, report, Math.Min(rounds, 2));
var a = Workload.A((long)(10_000_000 * scale));
var b = Workload.B((long)(2_000_000 * scale));

switch (command)
{
    case "all":
        foreach (var part in new Func<Task>[] { Done(Write), Done(Read), Done(ReadPacked), InputAsync, Done(Grow), Done(growth.RunValues),
            Done(Module) })
        {
            await part();
            // What takes an hour is not lost when a later part fails.
            report.Keep();
        }
        break;
    case "write": Write(); break;
    case "write-a": WriteA(); break;
    case "write-lz4": WriteLz4(); break;
    case "write-b": WriteB(); break;
    case "spill": Spill(); break;
    case "read": Read(); break;
    case "read-packed": ReadPacked(); break;
    case "input": await InputAsync(); break;
    case "placing": new PlacingBenchmark(runner, report, rounds).Run((long)(2_000_000 * scale)); break;
    case "growth": Grow(); break;
    case "growth-values": growth.RunValues(); break;
    case "module": Module(); break;
    case "slatedb": await new SlateDbBenchmark(folder, report, rounds).RunAsync(); break;
    case "databases": await new DatabaseBenchmark(folder, report, rounds).RunAsync(a); break;
    case "report": report.Continue(); break;
    case "micro":
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Runner).Assembly).Run([.. args.Skip(1), "--filter", "*"]);
        return 0;
    default:
        Console.Error.WriteLine(
            $"'{command}' is no benchmark; use all, write (or write-a, write-lz4, write-b, spill), read, read-packed, input, placing, "
                + "growth, growth-values, module, slatedb, databases, micro or report.");
        return 2;
}
report.End();
return 0;

static Func<Task> Done(Action part) => () =>
{
    part();
    return Task.CompletedTask;
};

void Write()
{
    WriteA();
    WriteLz4();
    WriteB();
    Spill();
}

void WriteA() => write.Run(a, "none", threads: 2, slowPeers: !args.Contains("--fast"));

void WriteLz4() => write.Run(a, "lz4", threads: 2, slowPeers: false);

void WriteB() => write.Run(b, "none", threads: 2, slowPeers: false);

void Spill() => write.RunSpilling(a, threads: 2);

void Read() => new ReadBenchmark(runner, report, rounds).Run(a, gets: (int)(2_000_000 * scale));

// The shared memory for blocks holds 256 MiB.
void ReadPacked() => new ReadBenchmark(runner, report, rounds).RunPacked(Workload.A((long)(1_000_000 * scale)),
    gets: (int)(2_000_000 * scale));

Task InputAsync() => new InputBenchmark(runner, report, rounds).RunAsync(a.Rows);

void Grow() => growth.Run(mostRows: Option("--most-rows", a.Rows), a.Rows);

void Module() => new ModuleBenchmark(report, Math.Max(rounds, 5)).Run();

string? TextOption(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

long Option(string name, long otherwise) => TextOption(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
