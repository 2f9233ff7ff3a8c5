using ShardyFusion.Stores.S3;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes profiles of the AWS configuration files.</summary>
public sealed class ProfileCompleter : NameCompleter
{
    private protected override (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request) =>
        (S3Clients.ProfileNames().Select(static name => new CompletionName(name, $"profile {name} of the AWS configuration files")), true);
}
