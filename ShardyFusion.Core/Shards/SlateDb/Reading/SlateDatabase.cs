using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>A SlateDB database that was found in a shard's folder.</summary>
/// <param name="files">Its files.</param>
/// <param name="listing">What of them is there.</param>
sealed class SlateDatabase(SlateFiles files, SlateListing listing) : IFoundDatabase
{
    /// <inheritdoc/>
    public string Engine => "SlateDB";

    /// <inheritdoc/>
    public string Ref => files.Root;

    /// <inheritdoc/>
    public IShardSource? File => null;

    /// <inheritdoc/>
    public bool CountsGivenRows => false;

    /// <inheritdoc/>
    public async Task<IDatabaseShard> OpenAsync(BlockCache memory, CancellationToken cancellationToken) =>
        await SlateShard.OpenAsync(files, listing, memory, SlateReadOptions.Default, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<string> DescribeAsync(CancellationToken cancellationToken) => SlateEngine.DescribeAsync(files, listing, cancellationToken);
}
