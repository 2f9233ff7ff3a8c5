using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>The command line that is being completed.</summary>
/// <param name="Command">The command.</param>
/// <param name="Parameters">What is bound by now.</param>
sealed record CompletionRequest(CommandAst Command, IDictionary Parameters)
{
    static readonly string[] ConnectionParameters = [nameof(StoreCmdlet.EndpointUrl), nameof(StoreCmdlet.Region),
        nameof(StoreCmdlet.ProfileName), nameof(StoreCmdlet.Credential), nameof(StoreCmdlet.ForcePathStyle)];

    /// <summary>The prefix that the command means, absolute; null when it names none.</summary>
    public string? Prefix
    {
        get
        {
            var given = Parameters["Prefix"] is object[] several ? several.FirstOrDefault() : Parameters["Prefix"];
            var prefix = given?.ToString() ?? SessionConnection.Current?.Prefix ?? PrefixText.OfEnvironment;
            return string.IsNullOrWhiteSpace(prefix) ? null : PrefixText.IsUri(prefix) ? prefix : ResolvePath(prefix);
        }
    }

    /// <summary>How the store is reached: as the command says, else as the session's connection does.</summary>
    public StoreConnection Connection => !ConnectionParameters.Any(Parameters.Contains) && SessionConnection.Current is { } session
        ? session.Connection : new StoreConnection
        {
            EndpointUrl = Parameters[nameof(StoreCmdlet.EndpointUrl)]?.ToString(),
            Region = Parameters[nameof(StoreCmdlet.Region)]?.ToString(),
            ProfileName = Parameters[nameof(StoreCmdlet.ProfileName)]?.ToString(),
            AccessKeyId = (Parameters[nameof(StoreCmdlet.Credential)] as PSCredential)?.UserName,
            SecretAccessKey = (Parameters[nameof(StoreCmdlet.Credential)] as PSCredential)?.GetNetworkCredential().Password,
            ForcePathStyle = Parameters.Contains(nameof(StoreCmdlet.ForcePathStyle)) ? true : null,
            ManifestStore = ManifestDatabase.OfEnvironment,
        };

    /// <summary>A path of the session as one of the file system. By a nested pipeline: the session's state is not open to a completer in
    /// any other way.</summary>
    public static string? ResolvePath(string path)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])", useLocalScope: true)
            .AddArgument(path);
        return shell.Invoke<string>().FirstOrDefault();
    }
}
