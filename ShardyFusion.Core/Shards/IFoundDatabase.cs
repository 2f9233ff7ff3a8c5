using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards;

/// <summary>A database of shardyfusion that was found in a shard's folder by the names of its files, and not looked into yet.</summary>
interface IFoundDatabase
{
    /// <summary>Name of the engine, for errors.</summary>
    string Engine { get; }

    /// <summary>Absolute ref of what the checks of it are about: its file, or its folder.</summary>
    string Ref { get; }

    /// <summary>The one file that the shard is; null when it is made of several.</summary>
    IShardSource? File { get; }

    /// <summary>True when the manifest's number of rows counts a key that was given twice twice.</summary>
    bool CountsGivenRows { get; }

    /// <summary>Opens it.</summary>
    /// <param name="memory">Where what is read of it is kept.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.SnapshotIncomplete"/>: a part of it is missing;
    /// <see cref="Errors.ErrorKind.ShardCorrupt"/>, <see cref="Errors.ErrorKind.ShardUnsupported"/>, or a failure of the
    /// store.</exception>
    Task<IDatabaseShard> OpenAsync(BlockCache memory, CancellationToken cancellationToken);

    /// <summary>Names the engine and the versions of its formats: one request.</summary>
    /// <exception cref="Errors.ShardyFusionException">As <see cref="OpenAsync"/>.</exception>
    Task<string> DescribeAsync(CancellationToken cancellationToken);
}
