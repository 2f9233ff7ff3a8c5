using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.RocksDb;

/// <summary>A disk's store that says of no object where it lies, as remote stores do.</summary>
sealed class PathlessStore(IObjectStore store) : DelegatingStore(store)
{
    public override string? LocalPath(string key) => null;
}
