using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ShardyFusion.Cli.Tests;

/// <summary>The templates beside the scripts: they parse, and the commands in them are commands.</summary>
public sealed partial class ExampleTests
{
    [Theory]
    [InlineData("daily-snapshot.yaml")]
    [InlineData("check-health.ssm.yaml")]
    public async Task Template_Parses_AndItsCommandsHaveThoseOptions(string name)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Examples(), "aws", name), TestContext.Current.CancellationToken);
        var documents = new YamlStream();
        documents.Load(new StringReader(text));
        Assert.IsType<YamlMappingNode>(Assert.Single(documents.Documents).RootNode);
        var commands = Command().Matches(text);
        Assert.NotEmpty(commands);
        foreach (Match command in commands)
        {
            var help = await ShardyProcess.RunAsync(command.Groups[1].Value, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.All(Option().Matches(command.Value), option => Assert.Contains(option.Value, help.Out, StringComparison.Ordinal));
        }
    }

    internal static string Examples()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "examples"))) return Path.Combine(folder, "examples");
        throw new DirectoryNotFoundException("There are no examples above the tests.");
    }

    [GeneratedRegex(@"shardy (write|health|get|copy|cleanup) .*")]
    private static partial Regex Command();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();
}
