namespace ShardyFusion.Building.Input;

/// <summary>The rows of one input. For one read.</summary>
interface IRowSource
{
    /// <summary>Reads the input to its end.</summary>
    /// <param name="sinks">Takes the rows.</param>
    /// <param name="rowsBefore">Rows of the build before this input; the first row here gets the number after it.</param>
    /// <param name="cancellationToken">Ends the read soon.</param>
    /// <returns>Rows of this input, rejected ones included.</returns>
    /// <exception cref="ShardyFusion.Errors.ShardyFusionException">
    /// <see cref="ShardyFusion.Errors.ErrorKind.ConfigValidation"/>: the description of the input is faulty;
    /// <see cref="ShardyFusion.Errors.ErrorKind.InputInvalid"/>: the input is; or what a sink threw, for the first row that made one throw.
    /// </exception>
    Task<long> ReadAsync(IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken);

    /// <summary>What to tell about the input although its rows were read; after <see cref="ReadAsync"/>.</summary>
    IReadOnlyList<string> Warnings { get; }
}
