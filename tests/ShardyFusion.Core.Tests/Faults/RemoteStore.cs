using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A disk store that behaves as if it were remote: nothing can be mapped in place.</summary>
sealed class RemoteStore(IObjectStore inner) : DelegatingStore(inner)
{
    public override StoreCapabilities Capabilities => Inner.Capabilities with { IsLocal = false };
    public override string? LocalPath(string key) => null;
}
