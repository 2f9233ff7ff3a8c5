using System.Globalization;

namespace ShardyFusion.Stores.Remote;

/// <summary>One attempt of a request took too long; its outcome is unknown.</summary>
/// <param name="what">What did not happen: an answer, a connection.</param>
/// <param name="limit">Within which time.</param>
sealed class AttemptTimeoutException(string what, TimeSpan limit)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"no {what} within {limit.TotalSeconds:0.###} s"));
