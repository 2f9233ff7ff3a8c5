using ShardyFusion.RocksDb.Databases;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes column families of the RocksDB database that <c>-Path</c> names, from its OPTIONS file: the library is not
/// needed.</summary>
public sealed class ColumnFamilyCompleter : NameCompleter
{
    private protected override (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request)
    {
        var given = request.Parameters["Path"] ?? request.Parameters["LiteralPath"];
        var path = (given is object[] several ? several.FirstOrDefault() : given)?.ToString();
        if (path is null || CompletionRequest.ResolvePath(path) is not { } folder || !Directory.Exists(folder)) return ([], true);
        var families = OptionsFile.Newest(folder)?.Families ?? [];
        return (families.Select(name => new CompletionName(name, $"column family of {Path.GetFileName(folder)}")), true);
    }
}
