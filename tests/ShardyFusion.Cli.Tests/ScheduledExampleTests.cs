using System.Diagnostics;
using ShardyFusion.Cli.Tests.Cases;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Cli.Tests;

/// <summary>The command lines of the examples for scheduled use, run on a folder.</summary>
public sealed class ScheduledExampleTests : IDisposable
{
    static readonly string Examples = Path.Combine(CaseFolder.RepositoryRoot(), "examples", "scheduled");

    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    static YamlMapping Read(string name) => YamlReader.Read(File.ReadAllBytes(Path.Combine(Examples, name)), DocumentLimits.RunRecord,
        new DocumentFaults("example", name));

    [Fact]
    public async Task CodeBuild_EveryCommand_RunsInItsOrder()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The commands are those of a Unix shell.");
        var phases = (YamlMapping)Read("aws-codebuild-buildspec.yml").Fields["phases"];
        var commands = phases.Fields.Values.SelectMany(phase => ((YamlSequence)((YamlMapping)phase).Fields["commands"]).Items)
            .Select(command => ((YamlScalar)command).Text).ToList();
        Assert.Equal(3, commands.Count);
        var source = folder.Write("users.csv", "id,name\n1,a\n2,b\n");
        foreach (var command in commands) Assert.Equal((command, 0), (command, await ShellAsync(command, source)));
    }

    [Fact]
    public async Task Cron_HealthLine_WritesItsMetrics()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The commands are those of a Unix shell.");
        await folder.PublishAsync("one", "first");
        var line = File.ReadLines(Path.Combine(Examples, "crontab")).Single(text => text.StartsWith("*/5", StringComparison.Ordinal));
        var command = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5..])
            .Replace("/tmp/", folder.Root + "/", StringComparison.Ordinal)
            .Replace("s3://bucket/users", folder.Prefix, StringComparison.Ordinal);
        Assert.Equal(0, await ShellAsync(command, ""));
        Assert.True(File.Exists(Path.Combine(folder.Root, "shardyfusion-users.prom")));
    }

    [Fact]
    public void SystemsManager_Document_HasTheFormOfItsSchema()
    {
        var document = Read("aws-ssm-document.yml");
        Assert.Equal("2.2", ((YamlScalar)document.Fields["schemaVersion"]).Text);
        var step = (YamlMapping)Assert.Single(((YamlSequence)document.Fields["mainSteps"]).Items);
        Assert.Equal("aws:runShellScript", ((YamlScalar)step.Fields["action"]).Text);
        Assert.Single(((YamlSequence)((YamlMapping)step.Fields["inputs"]).Fields["runCommand"]).Items);
    }

    async Task<int> ShellAsync(string command, string source)
    {
        var start = new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SOURCE"] = source;
        start.Environment["PREFIX"] = folder.Prefix;
        start.Environment["CODEBUILD_BUILD_NUMBER"] = "7";
        using var process = Process.Start(start)!;
        var result = await ShardyProcess.FinishAsync(process);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        return result.ExitCode;
    }
}
