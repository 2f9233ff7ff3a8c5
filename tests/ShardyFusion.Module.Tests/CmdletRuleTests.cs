using System.Management.Automation;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

/// <summary>The rules that users know from other modules, asked of every cmdlet of the assembly.</summary>
public sealed class CmdletRuleTests
{
    /// <summary>Verbs of commands that change something, so that they must be able to ask; the rest only look, or change this session
    /// alone.</summary>
    static readonly string[] ChangingVerbs = ["Block", "Close", "Copy", "Export", "Initialize", "Measure", "New", "Publish", "Remove",
        "Resume", "Set", "Start", "Stop", "Suspend", "Unblock", "Undo", "Update", "Write"];

    /// <summary>Files, jobs, Booleans and nothing are outputs beside the module's own.</summary>
    static readonly Type[] ForeignOutputs = [typeof(FileInfo), typeof(Job), typeof(bool), typeof(void)];

    public static TheoryData<string> Names => [.. ModuleFiles.Shapes.Select(shape => shape.Name)];

    static CmdletShape Shape(string name) => ModuleFiles.Shapes.Single(shape => shape.Name == name);

    static IEnumerable<ParameterShape> In(CmdletShape shape, string? set) =>
        shape.Parameters.Where(parameter => parameter.Set is null || parameter.Set == set);

    [Theory]
    [MemberData(nameof(Names))]
    public void Noun_IsSingularAndSaysWhatItIsOf(string name)
    {
        var noun = name.Split('-')[1];
        Assert.True(noun.Contains("Shard", StringComparison.Ordinal) || noun.Contains("Snapshot", StringComparison.Ordinal)
            || noun.Contains("Manifest", StringComparison.Ordinal) || noun == "ReaderHealth", noun);
        Assert.DoesNotMatch("[^s]s$", noun);
        Assert.Matches("^([A-Z][a-z]+)+$", noun);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ShouldProcess_IsThereWhereSomethingChangesAndOnlyThere(string name)
    {
        var shape = Shape(name);
        // A probe writes below the prefix, and takes it away again.
        Assert.Equal(ChangingVerbs.Contains(shape.Verb) || name == "Test-ShardStore", shape.SupportsShouldProcess);
        // What does without the question must have one.
        if (shape.ParameterNames.Contains("Force")) Assert.True(shape.SupportsShouldProcess);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OutputType_IsNamedAndOfTheModule(string name)
    {
        var shape = Shape(name);
        Assert.All(shape.OutputTypes, type => Assert.True(ForeignOutputs.Contains(type)
            || type.Namespace == "ShardyFusion.Cmdlets.Output", type.FullName));
        if (shape.Verb is "Get" or "Test" or "Compare" or "Resolve" or "Measure" or "Open" or "Connect") Assert.NotEmpty(shape.OutputTypes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Positions_AreCountedFromZeroWithoutGapsInEverySet(string name)
    {
        var shape = Shape(name);
        foreach (var set in shape.Sets)
        {
            var positions = In(shape, set).Select(parameter => parameter.Position).OfType<int>().Order().ToArray();
            Assert.True(positions.SequenceEqual(Enumerable.Range(0, positions.Length)), $"{set}: {string.Join(", ", positions)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sets_DifferInAParameterThatTellsThemApart(string name)
    {
        var shape = Shape(name);
        var sets = shape.Sets.Select(set => string.Join(' ', In(shape, set).Select(parameter => parameter.Name).Order(
            StringComparer.Ordinal))).ToArray();
        Assert.Equal(sets.Length, sets.Distinct().Count());
        // From the pipeline by value, one parameter of a set at most.
        Assert.All(shape.Sets, set => Assert.InRange(In(shape, set).Count(parameter => parameter.ByValue), 0, 1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_AreNamedAsPowerShellDoes(string name)
    {
        string[] reserved = ["Verbose", "Debug", "ErrorAction", "WarningAction", "ErrorVariable", "OutVariable", "OutBuffer"];
        Assert.All(Shape(name).Parameters, parameter =>
        {
            Assert.Matches("^([A-Z][a-z0-9]*)+$", parameter.Name);
            Assert.DoesNotContain(parameter.Name, reserved);
            // What takes a value is named by one of them; what counts says what, and a switch speaks as its service does.
            if (!parameter.IsSwitch && parameter.Name != "As" && !parameter.Name.StartsWith('M'))
                Assert.DoesNotMatch("[^s]s$", parameter.Name);
            if (parameter.Type == typeof(bool)) Assert.Fail($"-{parameter.Name} is a Boolean; a switch says the same.");
            Assert.All(parameter.Aliases, alias => Assert.Matches("^[A-Za-z]+$", alias));
        });
    }

    [Fact]
    public void Aliases_OfOneName_MeanTheSameParameterEverywhere()
    {
        var meanings = ModuleFiles.Shapes.SelectMany(shape => shape.Parameters.SelectMany(parameter => parameter.Aliases.Select(alias =>
            (Alias: alias, parameter.Name)))).Distinct().ToLookup(pair => pair.Alias, pair => pair.Name, StringComparer.OrdinalIgnoreCase);
        Assert.All(meanings, meaning => Assert.Single(meaning));
    }

    [Fact]
    public void Questions_AreAskedByShouldProcessAlone()
    {
        // ShouldContinue is not answered by -Confirm:$false. Read as data: nothing of the assembly has to run.
        using var stream = File.OpenRead(ModuleFiles.Cmdlets.Location);
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        Assert.DoesNotContain("ShouldContinue", metadata.MemberReferences.Select(handle =>
            metadata.GetString(metadata.GetMemberReference(handle).Name)));
        Assert.Contains("ShouldProcess", metadata.MemberReferences.Select(handle =>
            metadata.GetString(metadata.GetMemberReference(handle).Name)));
    }
}
