using System.Text.RegularExpressions;

namespace ShardyFusion.Stores;

/// <summary>Addresses of blob services. Stateless.</summary>
static partial class AzureEndpoints
{
    /// <summary>The address of an account of the public cloud.</summary>
    public static string OfAccount(string account) => $"https://{account}.blob.core.windows.net";

    /// <summary>True for 3 to 24 lower-case letters and digits.</summary>
    public static bool IsAccountName(string name) => AccountName().IsMatch(name);

    /// <summary>The account that a host of the form <c>account.blob.…</c> belongs to; null for any other host.</summary>
    public static string? AccountOf(Uri endpoint) => endpoint.Host.Contains(".blob.", StringComparison.Ordinal)
        && endpoint.Host.Split('.')[0] is var name && IsAccountName(name) ? name : null;

    [GeneratedRegex(@"^[a-z0-9]{3,24}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AccountName();
}
