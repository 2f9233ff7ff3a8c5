namespace ShardyFusion.Stores.Remote;

/// <summary>An upload that was started and neither completed nor aborted.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="UploadId">The store's id; empty where it gives none.</param>
/// <param name="Started">By the store's clock; null when it does not say.</param>
readonly record struct OpenUpload(string Key, string UploadId, DateTimeOffset? Started);
