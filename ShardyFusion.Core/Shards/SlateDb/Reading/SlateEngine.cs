using System.Globalization;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>Names the engine of a database. Which release wrote it is stated nowhere; the versions of its formats are.</summary>
static class SlateEngine
{
    /// <summary>Reads the latest manifest: one request.</summary>
    /// <returns>As in <c>SlateDB (manifest 1, tables 2)</c>, or without tables when all rows are in log files.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.SnapshotIncomplete"/>: there is none;
    /// <see cref="Errors.ErrorKind.ShardCorrupt"/>.</exception>
    public static async Task<string> DescribeAsync(SlateFiles files, SlateListing listing, CancellationToken cancellationToken)
    {
        if (listing.Manifests.Count == 0)
            throw files.NoDatabase();
        var (id, bytes) = listing.Manifests.Last();
        var manifest = await files.ReadManifestAsync(id, bytes, cancellationToken).ConfigureAwait(false);
        var formats = manifest.Views.Select(view => view.Table.Format).Distinct().Order().ToArray();
        var tables = formats.Length == 0 ? "" : $", tables {string.Join(" and ", formats)}";
        return string.Create(CultureInfo.InvariantCulture, $"SlateDB (manifest {manifest.Version}{tables})");
    }
}
