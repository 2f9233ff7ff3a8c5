using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>What <c>Connect-ShardStore</c> leaves for the cmdlets after it: valid in the whole process, so in parallel runspaces
/// too.</summary>
/// <param name="Prefix">The default prefix, absolute.</param>
/// <param name="Connection">How stores are reached by calls that do not say so themselves.</param>
sealed record SessionConnection(string Prefix, StoreConnection Connection)
{
    static SessionConnection? current;

    /// <summary>The connection; null when there is none.</summary>
    public static SessionConnection? Current
    {
        get => Volatile.Read(ref current);
        set => Volatile.Write(ref current, value);
    }
}
