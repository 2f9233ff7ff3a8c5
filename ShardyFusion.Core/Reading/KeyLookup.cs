using ShardyFusion.Routing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>Looks up one key in a state of a reader.</summary>
static class KeyLookup
{
    /// <summary>Converts and routes a key.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ShardAssignment"/>: no key of the snapshot can equal
    /// it.</exception>
    public static PreparedKey Prepare(KeySpace space, object key, RoutingContext? context)
    {
        var stored = space.Codec.ConvertLookup(key);
        return new PreparedKey(key, context, stored,
            context is null ? space.Router.RouteStored(stored) : space.Router.RouteStored(stored, context), space);
    }

    /// <summary>Opens the shard of a key first, or asks it from afar; ends the pin.</summary>
    public static async ValueTask<LookupResult> FindOpeningAsync(StatePin pin, ShardSlot slot, PreparedKey prepared,
        CancellationToken cancellationToken)
    {
        using (pin)
        {
            using var activity = ShardyActivities.Start("get");
            activity?.SetTag("db_id", prepared.ShardId);
            var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (open.Remote is not { } remote)
                return FindMapped(pin.State, open, prepared);
            var source = open.SourceOf(prepared.Stored);
            var value = await remote.GetAsync(prepared.Stored, cancellationToken).ConfigureAwait(false);
            return Result(pin.State, prepared, value?.ToArray(), source);
        }
    }

    /// <summary>Finds a key in a mapped shard.</summary>
    public static LookupResult FindMapped(ReaderState held, OpenShard open, PreparedKey prepared)
    {
        var isFound = open.Mapped!.TryGet(prepared.Stored, out var value);
        return Result(held, prepared, isFound ? value.ToArray() : null, isFound ? LookupSource.Disk : open.SourceOf(prepared.Stored));
    }

    /// <summary>The answer about a key.</summary>
    /// <param name="held">Where it was looked up.</param>
    /// <param name="prepared">The key.</param>
    /// <param name="value">Its value; null when it is absent.</param>
    /// <param name="source">What was looked at last.</param>
    public static LookupResult Result(ReaderState held, PreparedKey prepared, byte[]? value, LookupSource source) => new()
    {
        Key = prepared.Key,
        Found = value is not null,
        Value = value,
        ShardId = prepared.ShardId,
        RunId = held.RunId,
        ValueEncoding = held.Loaded.Manifest.Required.ValueEncoding,
        Source = source,
    };
}
