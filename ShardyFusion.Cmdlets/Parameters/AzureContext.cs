using System.Management.Automation;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Reads a context of Az.Storage by its properties, so that nothing of Az has to be there.</summary>
static class AzureContext
{
    static readonly string[] CredentialSigns = ["AccountKey=", "SharedAccessSignature=", "UseDevelopmentStorage=true"];

    /// <summary>The account that a context names, with its key or signature when it holds one; null for no context.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it is no such context.</exception>
    public static AzureAccess? Of(PSObject? context)
    {
        if (context is null) return null;
        if (Text(context, "ConnectionString") is { } text && HoldsCredentials(text)) return new AzureAccess { ConnectionString = text };
        // One of a signed-in user holds no secret: the default chain finds the same sign-in.
        return Text(context, "StorageAccountName") is { } account ? new AzureAccess
        {
            AccountName = account,
            BlobEndpoint = Text(context, "BlobEndPoint")?.TrimEnd('/'),
        }
            : throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "The storage context has neither a connection string with credentials nor the name of an account.")
            {
                RecommendedAction = "Give what New-AzStorageContext returns, or the property Context of a storage account.",
            };
    }

    static bool HoldsCredentials(string text) => CredentialSigns.Any(sign => text.Contains(sign, StringComparison.OrdinalIgnoreCase));

    static string? Text(PSObject context, string name) => context.Properties[name]?.Value is { } value
        && LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } text ? text : null;
}
