namespace ShardyFusion.Stores.Remote;

/// <summary>One kind of request.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Permission">The permission that allows it.</param>
/// <param name="Use">What it does.</param>
/// <param name="Patience">How many times as long as a small read it may take before it counts as stalled: the store has more to do.</param>
sealed record StoreAction(string Name, string Permission, StoreUse Use, int Patience = 1);
