using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A store that accepts write conditions and ignores them, as some gateways do.</summary>
/// <param name="inner">Where the objects are.</param>
/// <param name="probed">What it says about itself.</param>
/// <param name="honest">True passes conditions on after all.</param>
sealed class CarelessStore(IObjectStore inner, bool? probed, bool honest = false) : DelegatingStore(inner)
{
    public override StoreCapabilities Capabilities => Inner.Capabilities with { ConditionalWrites = probed };

    public override Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
        CancellationToken cancellationToken) =>
        Inner.PutAsync(key, content, Loosened(options), cancellationToken);

    public override Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        Inner.OpenUploadAsync(key, Loosened(options), cancellationToken);

    PutOptions Loosened(PutOptions options) => honest ? options : options with { Condition = PutCondition.Always };
}
