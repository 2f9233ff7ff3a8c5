using System.Text.RegularExpressions;

namespace ShardyFusion.Cli.Tests.Cases;

public partial class CompletenessTests
{
    [Fact]
    public void Cases_EveryFolder_HasATestThatNamesIt()
    {
        var tests = Path.Combine(CaseFolder.RepositoryRoot(), "tests");
        var named = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(tests, "*.Tests.ps1", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => TestName().Matches(File.ReadAllText(f)).Select(m => m.Groups["number"].Value)).ToHashSet();
        var folders = Directory.GetDirectories(CaseFolder.CasesRoot).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)
            .ToArray();
        Assert.NotEmpty(folders);

        Assert.All(folders, f => Assert.Contains(f[..2], named));
    }

    [GeneratedRegex(@"(\bCase|It\s+['""]Case )(?<number>[0-9]{2})(?=[ _:])")]
    private static partial Regex TestName();
}
