using System.Text.RegularExpressions;

namespace ShardyFusion.Cli.Tests.Cases;

public partial class CompletenessTests
{
    /// <summary>The cases there are: 20, 21 and 56 to 59 were never given.</summary>
    static readonly string[] Numbers = [.. Enumerable.Range(1, 67).Except([20, 21, .. Enumerable.Range(56, 4)])
        .Select(number => number.ToString("00", System.Globalization.CultureInfo.InvariantCulture))];

    [Fact]
    public void Cases_EveryNumber_HasAFolderAndATestThatNamesIt()
    {
        var tests = Path.Combine(CaseFolder.RepositoryRoot(), "tests");
        var named = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(tests, "*.Tests.ps1", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => TestName().Matches(File.ReadAllText(f)).Select(m => m.Groups["number"].Value)).ToHashSet();
        var folders = Directory.GetDirectories(CaseFolder.CasesRoot).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)
            .ToArray();

        Assert.Equal(Numbers, folders.Select(folder => folder[..2]));
        Assert.All(Numbers, number => Assert.Contains(number, named));
    }

    [GeneratedRegex(@"(\bCase|It\s+['""]Case )(?<number>[0-9]{2})(?=[ _:])")]
    private static partial Regex TestName();
}
