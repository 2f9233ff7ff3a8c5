namespace ShardyFusion.Stores.Remote;

/// <summary>The SDK gave up before a request left: it found no credentials, or could not sign with them.</summary>
sealed class UnsentRequestException(Exception cause) : Exception("The request could not be composed.", cause);
