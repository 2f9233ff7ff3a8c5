namespace ShardyFusion.Stores;

/// <summary>A store that can delete an object on condition that nobody has replaced it.</summary>
interface IConditionalDelete
{
    /// <summary>Deletes an object if it is still of that version.</summary>
    /// <returns>False when there is another version, or none.</returns>
    Task<bool> DeleteIfMatchAsync(string key, string etag, CancellationToken cancellationToken);
}
