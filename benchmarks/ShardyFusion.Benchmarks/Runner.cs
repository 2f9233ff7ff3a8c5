using System.Diagnostics;
using System.Text.Json;

namespace ShardyFusion.Benchmarks;

/// <summary>Starts measurements, each in a process of its own, and keeps what they answered.</summary>
sealed class Runner(string folder)
{
    readonly Lazy<string?> peers = new(() => BuildPeers(folder));

    /// <summary>Where rows, shards and results go.</summary>
    public string Folder => folder;

    /// <summary>False when the peers' program cannot be had; a message says why then.</summary>
    public bool HasPeers => peers.Value is not null;

    /// <summary>Runs the peers' program.</summary>
    public Answer Peer(params string[] arguments)
    {
        Warm();
        return Run(peers.Value!, arguments);
    }

    /// <summary>Runs this program.</summary>
    public Answer Ours(params string[] arguments)
    {
        Warm();
        return Self(arguments);
    }

    /// <summary>Runs this program with the runtime settings of <c>shardy</c>.</summary>
    public Answer OursAsShardy(params string[] arguments)
    {
        Warm();
        return Self(arguments, ("DOTNET_TieredPGO", "0"));
    }

    /// <summary>Before every measurement, so that none of them pays for memory that was never touched; see
    /// <see cref="ChildMeasurements.Warm"/>.</summary>
    static void Warm() => Self(["child-warm"]);

    static Answer Self(string[] arguments, params (string Name, string Value)[] variables) => Run(Environment.ProcessPath!,
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(Runner).Assembly.Location, .. arguments]
        : arguments, variables);

    static Answer Run(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        return new Answer(JsonSerializer.Deserialize<Dictionary<string, double>>(output.Split('\n',
            StringSplitOptions.RemoveEmptyEntries)[^1])!);
    }

    static string? BuildPeers(string folder)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Peers", "peers.cpp");
        var program = Path.Combine(folder, "peers");
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) > File.GetLastWriteTimeUtc(source)) return program;
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("g++",
                ["-std=c++17", "-O2", "-march=native", source, "-o", program, "-lrocksdb", "-llmdb", "-lsqlite3", "-lpthread"]))!;
            compiler.WaitForExit();
            if (compiler.ExitCode == 0) return program;
        }
        catch (System.ComponentModel.Win32Exception)
        {
        }
        Console.Error.WriteLine(
            "The peers are left out: their program does not compile. On Debian: apt-get install g++ librocksdb-dev liblmdb-dev "
                + "libsqlite3-dev libxxhash-dev");
        return null;
    }

    /// <summary>A folder that does not exist.</summary>
    public string Fresh(string name)
    {
        var path = Path.Combine(folder, name);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        return path;
    }
}

/// <summary>The figures of one measurement.</summary>
sealed class Answer(Dictionary<string, double> fields)
{
    /// <summary>A figure; zero when that engine does not tell it.</summary>
    public double this[string name] => fields.GetValueOrDefault(name);
}
