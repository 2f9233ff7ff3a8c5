using System.Data;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building;

public sealed partial class SnapshotBuild
{
    readonly byte[] keyBuffer = new byte[KeyCodec.MaxKeyBytes];
    readonly BuildRowColumns? rowColumns;

    /// <summary>The columns beside the key that rows have to bring with <see cref="Add(object, object, RoutingContext)"/>, in ordinal
    /// order; empty where the key alone decides where a row goes.</summary>
    public IReadOnlyList<string> RoutingColumns => session.Placement.Columns;

    /// <summary>Adds one row; rows are numbered from 1 in the order they come.</summary>
    /// <param name="key">An integer, text or bytes, see <see cref="KeyCodec"/>.</param>
    /// <param name="value">Bytes, text, or anything that becomes JSON: <see cref="RowFields"/>, dictionaries, lists, numbers…</param>
    /// <exception cref="RowException">The row cannot be used and the row-error policy says stop, or its limit is exceeded.</exception>
    /// <exception cref="ShardyFusionException">Rows could not be spilled, or another run took this one over.</exception>
    /// <remarks>May take long while rows are spilled to disk. One caller at a time.</remarks>
    public void Add(object? key, object? value) => Add(key, value, ReadOnlySpan<object?>.Empty);

    /// <summary>Adds one row with the columns that decide where it goes; else as <see cref="Add(object, object)"/>.</summary>
    /// <param name="key">As there.</param>
    /// <param name="value">As there; the columns are not stored.</param>
    /// <param name="context">At least the columns of <see cref="RoutingColumns"/> that its expression needs for this row; text becomes what
    /// its column is. Others are passed over.</param>
    /// <exception cref="RowException">As there, and when the expression has no shard for the row.</exception>
    public void Add(object? key, object? value, RoutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Add(key, value, rowColumns is null ? [] : rowColumns.Of(context));
    }

    /// <summary>As above.</summary>
    /// <param name="key">As there.</param>
    /// <param name="value">As there.</param>
    /// <param name="columns">The columns of <see cref="RoutingColumns"/>, in their order, null for what has no value; or none.</param>
    internal void Add(object? key, object? value, ReadOnlySpan<object?> columns)
    {
        ThrowIfNoRowsAreTaken();
        var ordinal = ++meter.RowsRead;
        if ((ordinal & ProgressMask) == 0) meter.Report(BuildPhase.Reading);
        try
        {
            var codec = session.CodecFor(key);
            var fault = codec.TryEncode(key, keyBuffer, out var keyBytes);
            if (fault != KeyFault.None)
            {
                errors.Handle(new RowException(ErrorKind.ShardAssignment, ordinal,
                    KeyFaults.Reason(fault, codec.Encoding, key))
                { Target = key });
                return;
            }
            var stored = keyBuffer.AsSpan(0, keyBytes);
            var dbId = 0;
            if (rowColumns is null) dbId = session.Route(stored);
            else if (!session.TryRoute(stored, rowColumns.Set(columns), out dbId, out var reason))
            {
                errors.Handle(BuildSession.NoShard(ordinal, reason!, key));
                return;
            }
            var encoded = valueEncoder.Encode(value);
            direct ??= session.RentCollector(workers: 1);
            direct.Add(stored, encoded, ordinal, dbId);
        }
        catch (ShardyFusionException e) when (e is not RowException && e.Kind is ErrorKind.ShardAssignment or ErrorKind.InputInvalid)
        {
            errors.Handle(new RowException(e.Kind, ordinal, e.Message, e) { Target = e.Target ?? key });
        }
    }

    /// <summary>Tells what the rows that are added one by one call their key, so that an expression that reads it so is noticed.</summary>
    internal void NoteKeyName(string name) => session.Placement.NoteKeyName(name);

    /// <summary>Counts a row that the caller could not read; the row-error policy decides what follows.</summary>
    /// <param name="reason">Why, as a sentence.</param>
    /// <param name="key">Its key, when known.</param>
    public void AddRejected(string reason, object? key)
    {
        ThrowIfNoRowsAreTaken();
        errors.Handle(new RowException(ErrorKind.InputInvalid, ++meter.RowsRead, reason) { Target = key });
    }

    /// <summary>Adds every row of a file or stream, parsed in parallel.</summary>
    /// <exception cref="RowException">As <see cref="Add(object, object)"/>.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the file does not exist, has no such column, or breaks
    /// off.</exception>
    public async Task AddFileAsync(InputFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ThrowIfNoRowsAreTaken();
        if (file.KeyForm != TextForm.Text && session.CodecFor(Array.Empty<byte>()) is { FixedKeyBytes: > 0 } codec)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Keys in the form {file.KeyForm} are bytes, but the key encoding is {codec.Encoding.StorageName()}; raw fits.");
        var source = RowSources.Of(file with { RoutingFields = RoutingColumns }, valueEncoder,
            options.Parallelism ?? Environment.ProcessorCount);
        session.Placement.NoteKeyName(file.KeyField);
        await AddInParallelAsync((sinks, _, rowsBefore, token) => source.ReadAsync(sinks, rowsBefore, token), cancellationToken)
            .ConfigureAwait(false);
        standing.InputWarnings.AddRange(source.Warnings);
    }

    /// <summary>Adds every row of a table in memory, on several threads; rows are numbered in the table's order.</summary>
    /// <param name="rows">The rows; must not change meanwhile, and not until the build has ended if it says that it keeps them.</param>
    /// <param name="valueEncoding">What the values are; a build that was given another encoding is refused.</param>
    /// <param name="cancellationToken">Ends the work within a few thousand rows.</param>
    /// <exception cref="RowException">As <see cref="Add(object, object)"/>.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the build's values have another encoding; else as
    /// <see cref="Add(object, object)"/>.</exception>
    public Task AddTableAsync<TRows>(TRows rows, ValueEncoding valueEncoding, CancellationToken cancellationToken) where TRows : IRowTable
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (valueEncoder.Settle(valueEncoding) is var settled && settled != valueEncoding)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The table's values are {valueEncoding}, but the build's values are {settled}.");
        ThrowIfNotCollecting();
        ThrowIfColumnsAreNeeded("Rows of a table", "Add the rows one by one with their columns, or from a file or a data reader.");
        return AddInParallelAsync(async (sinks, workers, rowsBefore, token) =>
        {
            await new TableRowSource(workers).ReadAsync(rows, sinks, rowsBefore, token).ConfigureAwait(false);
            return rows.Count;
        }, cancellationToken, session.Keep(rows, meter.RowsRead));
    }

    /// <summary>Adds rows in the form in which shards hold them, several parts in parallel; their order does not matter, and no two may
    /// have the same key.</summary>
    /// <param name="parts">Names the parts.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    internal async Task AddStoredAsync<TPart>(IReadOnlyList<TPart> parts, Func<TPart, CancellationToken, IAsyncEnumerable<PlacedRow>> read,
        CancellationToken cancellationToken)
    {
        ThrowIfNotCollecting();
        ThrowIfColumnsAreNeeded("Rows of a snapshot", "Use an expression that reads 'key' alone, or build from the rows' source.");
        var workers = options.Parallelism ?? Environment.ProcessorCount;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        try
        {
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = linked.Token },
                async (part, token) =>
            {
                var collector = session.RentCollector(workers);
                var columns = session.Placement.CreateColumns();
                try
                {
                    var unreported = 0;
                    await foreach (var row in read(part, token).ConfigureAwait(false))
                    {
                        collector.Add(row.Key.Span, row.Value.Span, 1, PlaceOf(row.Key.Span, columns));
                        if (++unreported <= ProgressMask) continue;
                        meter.AddRows(unreported);
                        unreported = 0;
                    }
                    meter.AddRows(unreported);
                }
                finally
                {
                    session.ReturnCollector(collector);
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfNotCollecting();
            throw;
        }
    }

    int PlaceOf(ReadOnlySpan<byte> storedKey, CelColumns? columns)
    {
        if (columns is null) return session.Route(storedKey);
        return session.TryRoute(storedKey, columns, out var dbId, out var reason) ? dbId
            : throw new ShardyFusionException(ErrorKind.ShardAssignment, reason!);
    }

    void ThrowIfColumnsAreNeeded(string rows, string advice)
    {
        if (RoutingColumns.Count == 0) return;
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"{rows} have a key and a value, but the CEL expression also reads {string.Join(", ", RoutingColumns.Select(c => $"'{c}'"))}.")
        {
            RecommendedAction = advice,
        };
    }

    /// <summary>Lets several workers add rows, each to a collector of its own.</summary>
    /// <param name="read">Gets the sinks, the number of workers and the rows before these; returns how many rows there were.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <param name="keptTable">See <see cref="BuildSession.Keep"/>.</param>
    async Task AddInParallelAsync(Func<IRowSinkProvider, int, long, CancellationToken, Task<long>> read,
        CancellationToken cancellationToken, int? keptTable = null)
    {
        ThrowIfNoRowsAreTaken();
        var workers = options.Parallelism ?? Environment.ProcessorCount;
        if (direct is not null) session.ReturnCollector(direct);
        direct = null;
        using var provider = new BuildRowSinks(session, errors, new InputShare(meter.RowsRead + 1, workers, keptTable), meter.AddRows);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        try
        {
            var rowsBefore = meter.RowsRead;
            meter.RowsRead = rowsBefore + await read(provider, workers, rowsBefore, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfNoRowsAreTaken();
            throw;
        }
    }

    /// <summary>Adds every row of a data reader.</summary>
    /// <param name="reader">An open reader before its first row; read to its end and not closed.</param>
    /// <param name="keyColumn">Name of the key column.</param>
    /// <param name="valueColumns">Names of the value columns: null for all but the key, one for its bare content, several for a JSON
    /// object.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/> when a column does not exist; else as
    /// <see cref="Add(object, object)"/>.</exception>
    public Task AddReaderAsync(IDataReader reader, string keyColumn, IReadOnlyList<string>? valueColumns,
        CancellationToken cancellationToken)
    {
        ThrowIfNoRowsAreTaken();
        var rows = new DataReaderRows(reader, keyColumn, valueColumns, RoutingColumns);
        session.Placement.NoteKeyName(keyColumn);
        return Task.Run(() =>
        {
            while (rows.TryRead(out var key, out var value, out var fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (fault is null) Add(key, value, rows.RoutingValues);
                else AddRejected(fault, key);
            }
        }, cancellationToken);
    }
}
