using System.Management.Automation;
using System.Reflection;
using ShardyFusion.Cmdlets.Commands;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

public sealed class CmdletContractTests
{
    static readonly string[] WithoutStore = ["Close-ShardReader", "Disconnect-ShardStore", "Export-ShardMetric", "Start-ShardMetricServer",
        "Start-ShardTelemetry", "Stop-ShardMetricServer", "Stop-ShardTelemetry", "Update-ShardReader"];

    static readonly string[] Connection = ["EndpointUrl", "Region", "ProfileName", "Credential", "SessionToken", "ForcePathStyle",
        "TimeoutSec"];

    public static TheoryData<string> Names => [.. ModuleFiles.Shapes.Select(s => s.Name)];

    [Fact]
    public void Manifest_Cmdlets_AreExactlyThoseOfTheAssembly() =>
        Assert.Equal(ModuleFiles.Shapes.Select(s => s.Name), ModuleFiles.ManifestList("CmdletsToExport").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("FunctionsToExport")]
    [InlineData("AliasesToExport")]
    [InlineData("VariablesToExport")]
    public void Manifest_OtherExports_AreNone(string entry) => Assert.Empty(ModuleFiles.ManifestList(entry));

    [Fact]
    public void Manifest_Version_IsThatOfEveryAssembly()
    {
        var version = new Version(Assert.Single(ModuleFiles.ManifestList("ModuleVersion")) + ".0");
        Assert.Equal(version, typeof(ShardyFusion.Loader.ModuleContext).Assembly.GetName().Version);
        Assert.Equal(version, ModuleFiles.Cmdlets.GetName().Version);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cmdlet_Verb_IsApproved(string name)
    {
        var approved = new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic),
            typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => f.Name);
        Assert.Contains(Shape(name).Verb, approved);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cmdlet_Class_IsSealedNamedAfterItAndOnTheBase(string name)
    {
        var type = ModuleFiles.Cmdlets.GetExportedTypes().Single(t => t.Name == name.Replace("-", "", StringComparison.Ordinal)
            + "Command");
        Assert.True(type.IsSealed);
        Assert.True((WithoutStore.Contains(name) ? typeof(ShardyCmdlet) : typeof(StoreCmdlet)).IsAssignableFrom(type));
        Assert.Equal(typeof(GetShardValueCommand).Namespace, type.Namespace);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cmdlet_OnAStore_HasPrefixAndConnection(string name)
    {
        var shape = Shape(name);
        if (WithoutStore.Contains(name))
        {
            Assert.DoesNotContain("Prefix", shape.ParameterNames);
            return;
        }
        Assert.Empty(Connection.Except(shape.ParameterNames));
        var prefixes = shape.Parameters.Where(p => p.Name == "Prefix").ToList();
        Assert.NotEmpty(prefixes);
        Assert.All(prefixes, prefix =>
        {
            Assert.Equal(["SnapshotPrefix", "Uri"], prefix.Aliases);
            // The one that sets the default has none itself.
            Assert.Equal(name == "Connect-ShardStore", prefix.IsMandatory);
            Assert.NotNull(prefix.Position);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_ByPropertyName_ExceptWhereRowsCouldSetIt(string name) =>
        Assert.Equal(name is not "Write-ShardedSnapshot" && !WithoutStore.Contains(name), Shape(name).Parameters.Any(p => p.Name == "Prefix"
            && p.ByName));

    [Theory]
    [InlineData("Get-ShardValue")]
    [InlineData("Resolve-ShardKey")]
    public void SetsWithPipedKeys_BindNothingByPropertyName(string name)
    {
        var shape = Shape(name);
        var keySets = shape.Parameters.Where(p => p.Name == "Key" && p.ByValue).Select(p => p.Set).ToHashSet();
        Assert.DoesNotContain(shape.Parameters, p => p.ByName && (p.Set is null || keySets.Contains(p.Set)));
    }

    /// <summary>What PowerShell would look at for every piped object, see docs/decisions/0006-pipeline-binding.md.</summary>
    [Theory]
    [InlineData("Write-ShardedSnapshot", "InputObject, KeyProperty")]
    [InlineData("Get-ShardValue", "Key, ManifestRef")]
    [InlineData("Resolve-ShardKey", "Key, ManifestRef")]
    public void MandatoryParameters_WhereManyObjectsArePiped_AreThese(string name, string mandatory) =>
        Assert.Equal(mandatory, string.Join(", ", Shape(name).Parameters.Where(p => p.IsMandatory).Select(p => p.Name).Distinct()
            .Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("Write-ShardedSnapshot", true)]
    [InlineData("Set-CurrentManifest", true)]
    [InlineData("Get-ShardValue", false)]
    [InlineData("Get-ManifestHistory", false)]
    [InlineData("Test-ReaderHealth", false)]
    [InlineData("Test-ShardStore", true)]
    [InlineData("Connect-ShardStore", false)]
    [InlineData("Get-SnapshotRun", false)]
    [InlineData("Stop-SnapshotRun", true)]
    [InlineData("Test-ShardedSnapshot", false)]
    [InlineData("Publish-ShardedSnapshot", true)]
    [InlineData("Initialize-ShardReader", true)]
    [InlineData("Open-ShardReader", false)]
    [InlineData("Update-ShardReader", true)]
    [InlineData("Close-ShardReader", true)]
    [InlineData("Export-SnapshotReport", true)]
    [InlineData("New-SnapshotTag", true)]
    [InlineData("Get-SnapshotTag", false)]
    [InlineData("Remove-SnapshotTag", true)]
    [InlineData("Remove-StaleSnapshot", true)]
    [InlineData("Block-ShardedSnapshot", true)]
    [InlineData("Unblock-ShardedSnapshot", true)]
    [InlineData("Get-SnapshotEvent", false)]
    [InlineData("Undo-CurrentManifest", true)]
    [InlineData("Suspend-SnapshotPublishing", true)]
    [InlineData("Resume-SnapshotPublishing", true)]
    [InlineData("Compare-ShardedSnapshot", false)]
    [InlineData("Get-ShardValueHistory", false)]
    [InlineData("Export-ShardedSnapshot", true)]
    [InlineData("Copy-ShardedSnapshot", true)]
    [InlineData("Wait-ShardedSnapshot", false)]
    public void Cmdlet_ThatChangesState_SupportsShouldProcess(string name, bool changes) =>
        Assert.Equal(changes, Shape(name).SupportsShouldProcess);

    [Fact]
    public void SetCurrentManifest_ConfirmImpact_IsHigh()
    {
        var cmdlet = typeof(SetCurrentManifestCommand).GetCustomAttributesData().Single(a => a.AttributeType == typeof(CmdletAttribute));
        Assert.Equal((int)ConfirmImpact.High, cmdlet.NamedArguments.Single(a => a.MemberName == "ConfirmImpact").TypedValue.Value);
    }

    [Theory]
    [InlineData("Get-ShardValue", "ManifestRef", false)]
    [InlineData("Set-CurrentManifest", "Ref", false)]
    [InlineData("Write-ShardedSnapshot", "InputObject", true)]
    public void Parameter_FromPipeline_ByValueOrByName(string name, string parameter, bool byValue)
    {
        var found = Assert.Single(Shape(name).Parameters, p => p.Name == parameter);
        Assert.Equal((byValue, !byValue), (found.ByValue, found.ByName));
    }

    [Theory]
    [InlineData("Get-ShardValue", "Current,FromPointer,Offset,Reader,Ref,RunId,Snapshot,Tag")]
    [InlineData("Get-ShardedSnapshot", "FromPointer,Offset,Reader,Ref,RunId,Tag")]
    [InlineData("Set-CurrentManifest", "FromPointer,Offset,Ref,RunId,Tag")]
    [InlineData("Publish-ShardedSnapshot", "FromPointer,Offset,Ref,RunId,ShardPath,Tag")]
    [InlineData("Write-ShardedSnapshot", "InputObject,LiteralPath,Path")]
    [InlineData("Get-ManifestHistory", "At,List")]
    [InlineData("Test-ReaderHealth", "Prefix,Reader")]
    public void Cmdlet_ParameterSets_AreTheExpectedOnes(string name, string sets) =>
        Assert.Equal(sets, string.Join(',', Shape(name).Sets.Select(s => s ?? "").Order(StringComparer.Ordinal)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_Names_DoNotCollide(string name)
    {
        var names = Shape(name).Parameters.DistinctBy(p => p.Name).SelectMany(p => p.Aliases.Append(p.Name));
        Assert.Equal(names.Count(), names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_WithSecrets_AreNeverPlainText(string name) =>
        Assert.DoesNotContain(Shape(name).Parameters, p => p.Type == typeof(string)
            && (p.Name.Contains("Secret", StringComparison.OrdinalIgnoreCase)
            || p.Name.Contains("Token", StringComparison.OrdinalIgnoreCase)
            || p.Name.Contains("AccessKey", StringComparison.OrdinalIgnoreCase)));

    static CmdletShape Shape(string name) => ModuleFiles.Shapes.Single(s => s.Name == name);
}
