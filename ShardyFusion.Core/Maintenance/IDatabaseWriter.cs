namespace ShardyFusion.Maintenance;

/// <summary>Makes databases of shard files. Implemented in an assembly of its own, see <see cref="OptionalWriters"/>.</summary>
interface IDatabaseWriter
{
    /// <summary>Makes sure that what it needs is there.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: it is not.</exception>
    void Require();

    /// <summary>Makes a database, takes the files in as they are and reads a sample of their rows back.</summary>
    /// <param name="folder">The database; must not exist.</param>
    /// <param name="tables">The files.</param>
    /// <param name="cancellationToken">Ends the work between two steps; what is there is left to the caller.</param>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ShardWrite"/>: a file was not taken, or the database does
    /// not hold its rows.</exception>
    void Create(string folder, IReadOnlyList<DatabaseTable> tables, CancellationToken cancellationToken);
}
