using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using YamlDotNet.RepresentationModel;

namespace ShardyFusion.Cli.Tests.Engines;

/// <summary>Builds by what schedules tasks elsewhere: the shards are those of a local build.</summary>
public sealed class EngineTests : IDisposable
{
    const string Python = "/usr/bin/python3";

    readonly SnapshotFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static string Engines => Path.GetFullPath(Path.Combine(ExampleTests.Examples(), "..", "engines"));

    public void Dispose() => folder.Dispose();

    string Rows() => folder.Write("rows.jsonl", string.Concat(Enumerable.Range(0, 3000).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"name\":\"n\\\"{i}\\nä\",\"score\":{i / 7.0 + 0.01:R}}}\n"))));

    static void Require(bool isThere, string what, string package)
    {
        if (isThere) return;
        var message = $"{what} needs the Debian package {package}; install it to enable this test.";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(message);
        Assert.Skip(message);
    }

    async Task<string> RunAsync(string program, string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SHARDY"] = ShardyProcess.Program;
        start.Environment["SHARDYFUSION_PREFIX"] = folder.Prefix;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var result = await ShardyProcess.FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Out.Trim();
    }

    Dictionary<string, string> Hashes(string prefix) => Directory.EnumerateFiles(prefix, "shard.sst",
        SearchOption.AllDirectories).ToDictionary(
        path => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!),
        path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));

    async Task RequireLocalShardsAsync(string rows, string key = "id")
    {
        var local = Path.Combine(folder.Root, "local");
        var result = await ShardyProcess.RunAsync("write", rows, "--key", key, "--key-encoding", "u64be", "--shards", "4", "--prefix",
            local);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(Hashes(local), Hashes(folder.Prefix));
        Assert.Equal(3000, (await folder.RunAsync("info")).Json.GetProperty("row_count").GetInt32());
    }

    [Theory]
    [InlineData("dask")]
    [InlineData("ray")]
    [InlineData("spark")]
    public async Task Adapter_MakesTheShardsOfALocalBuild(string engine)
    {
        Require(File.Exists("/usr/lib/python3/dist-packages/pandas/__init__.py"), "The adapter", "python3-pandas");
        if (engine == "dask")
            Require(File.Exists("/usr/lib/python3/dist-packages/distributed/__init__.py"), "Dask", "python3-distributed");
        var rows = Rows();
        var script = Path.Combine(Engines, "..", "tests", "ShardyFusion.Cli.Tests", "Engines", "write_by.py");
        await RunAsync(Python, [script, Engines, engine, ShardyProcess.Program, folder.Prefix, rows], ("PYTHONDONTWRITEBYTECODE", "1"));
        await RequireLocalShardsAsync(rows);
    }

    [Fact]
    public async Task Parallel_MakesTheShardsOfALocalBuild()
    {
        Require(File.Exists("/usr/bin/parallel"), "GNU parallel", "parallel");
        var rows = Rows();
        await RunAsync("/bin/bash", [Path.Combine(Engines, "parallel.sh"), "5", "4", rows, "--key", "id", "--key-encoding", "u64be"],
            ("HOME", folder.Root));
        await RequireLocalShardsAsync(rows);
    }

    [Theory]
    [InlineData("slurm.sh", "sbatch")]
    [InlineData("aws-batch.sh", "aws")]
    public async Task Script_SubmitsTasks_ThatMakeTheShardsOfALocalBuild(string script, string scheduler)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("A script of bash.");
        var rows = Rows();
        var bin = Directory.CreateDirectory(Path.Combine(folder.Root, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "shardy"), ShardyProcess.Program);
        // In place of the scheduler: it runs what it is given at once, every task of an array twice.
        await File.WriteAllTextAsync(Path.Combine(bin, scheduler), scheduler == "sbatch" ? """
            #!/bin/bash
            set -e
            last=0
            while [ $# -gt 0 ]; do case $1 in --array) last=${2#0-}; shift ;; --wrap) wrap=$2; shift ;; esac; shift; done
            for i in $(seq 0 "$last"); do SLURM_ARRAY_TASK_ID=$i sh -c "$wrap" >&2; SLURM_ARRAY_TASK_ID=$i sh -c "$wrap" >&2; done
            echo 17
            """ : """
            #!/bin/bash
            set -e
            size=1
            while [ $# -gt 0 ]; do
              case $1 in
                --array-properties) size=${2#size=}; shift ;;
                --container-overrides) command=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["command"][2])' "$2"); shift ;;
              esac
              shift
            done
            for i in $(seq 0 $((size - 1))); do AWS_BATCH_JOB_ARRAY_INDEX=$i sh -c "$command" >&2; done
            echo 4711
            """, Token);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(bin, scheduler), (UnixFileMode)0b111_101_101);
        await RunAsync("/bin/bash", [Path.Combine(Engines, script), "5", "4", rows, "--key", "id", "--key-encoding", "u64be"],
            ("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}"), ("QUEUE", "queue"), ("DEFINITION", "shardy:1"));
        await RequireLocalShardsAsync(rows);
    }

    [Fact]
    public async Task AzureBatch_DescribesTasks_InTheirOrder()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("A script of bash.");
        var bin = Directory.CreateDirectory(Path.Combine(folder.Root, "bin")).FullName;
        await File.WriteAllTextAsync(Path.Combine(bin, "az"), $$"""
            #!/bin/bash
            while [ $# -gt 0 ]; do [ "$1" = --json-file ] && cp "$2" '{{folder.Root}}/tasks.json'; shift; done
            """, Token);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(bin, "az"), (UnixFileMode)0b111_101_101);
        await RunAsync("/bin/bash", [Path.Combine(Engines, "azure-batch.sh"), "3", "4", Rows(), "--key", "id"],
            ("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}"), ("POOL", "pool"));
        using var tasks = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Root, "tasks.json"), Token));
        var all = tasks.RootElement.EnumerateArray().ToArray();
        Assert.Equal(3 + 4 + 1, all.Length);
        Assert.Contains("shardy job map ", all[2].GetProperty("commandLine").GetString(), StringComparison.Ordinal);
        var reduce = all[3].GetProperty("dependsOn").GetProperty("taskIdRanges")[0];
        Assert.Equal((0, 2), (reduce.GetProperty("start").GetInt32(), reduce.GetProperty("end").GetInt32()));
        var last = all[^1].GetProperty("dependsOn").GetProperty("taskIdRanges")[0];
        Assert.Equal((3, 6), (last.GetProperty("start").GetInt32(), last.GetProperty("end").GetInt32()));
    }

    [Fact]
    public async Task Kubernetes_ManifestParses_AndItsCommandsAreCommands()
    {
        var documents = new YamlStream();
        documents.Load(new StringReader(await File.ReadAllTextAsync(Path.Combine(Engines, "kubernetes.yaml"), Token)));
        Assert.Equal(3, documents.Documents.Count);
        foreach (var (document, step) in documents.Documents.Zip(["map", "reduce", "complete"]))
        {
            var spec = document.RootNode["spec"];
            var command = (YamlSequenceNode)spec["template"]["spec"]["containers"][0]["command"];
            Assert.Contains($"job {step} JOB", string.Join(' ', command), StringComparison.Ordinal);
            if (step != "complete") Assert.Equal("Indexed", (string?)spec["completionMode"]);
        }
    }

    [Fact]
    public void Adapters_AreShort() => Assert.All(Directory.EnumerateFiles(Engines), path => Assert.InRange(File.ReadLines(path).Count(), 1,
        150));
}
