using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Routing.Cel;

/// <summary>Routes by an expression.</summary>
/// <remarks>
/// Where the expression reads the key alone, everything that routes keys works as with a hash. Otherwise rows and lookups bring the other
/// columns as <see cref="CelColumns"/>, which belong to one thread.
/// </remarks>
sealed class CelRouter : ShardRouter
{
    [ThreadStatic]
    static CelColumns? withoutColumns;

    readonly CelProgram program;
    readonly CelPlacement placement;

    internal CelRouter(int numDbs, KeyEncoding keyEncoding, CelProgram program, CelPlacement placement) : base(numDbs, keyEncoding) =>
        (this.program, this.placement) = (program, placement);

    /// <inheritdoc cref="CelProgram.OtherColumns"/>
    public IReadOnlyList<string> OtherColumns => program.OtherColumns;

    /// <summary>Room for one row's columns, for one thread.</summary>
    public CelColumns CreateColumns() => program.CreateColumns();

    /// <inheritdoc/>
    public override int Route(ReadOnlySpan<byte> canonicalKey) => Route(Row(canonicalKey, KeyAlone()));

    /// <inheritdoc/>
    public override int Route(long key) => Route(new CelRow(KeyAlone()) { KeyNumber = key });

    /// <summary>The shard of a row.</summary>
    /// <param name="canonicalKey">The key's routing bytes.</param>
    /// <param name="columns">The other columns of the row.</param>
    /// <param name="dbId">The shard; undefined on failure.</param>
    /// <param name="reason">Why the row has no shard, as a part of a sentence; null on success.</param>
    /// <returns>False when it has none.</returns>
    public bool TryRoute(ReadOnlySpan<byte> canonicalKey, CelColumns columns, out int dbId, out string? reason)
    {
        var row = Row(canonicalKey, columns);
        var succeeded = placement.TryPlace(ref row, out dbId);
        reason = succeeded ? null : row.Fault!.Reason;
        return succeeded;
    }

    /// <summary>The shard of a row of a build.</summary>
    /// <param name="storedKey">As for <see cref="ShardRouter.RouteStored(ReadOnlySpan{byte})"/>, of the right length.</param>
    /// <param name="columns">The other columns of the row; texts in them need not stay.</param>
    /// <param name="dbId">The shard; undefined on failure.</param>
    /// <param name="reason">Why the row has no shard, as a part of a sentence that names a column; null on success.</param>
    /// <returns>False when it has none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRouteStored(ReadOnlySpan<byte> storedKey, CelColumns columns, out int dbId, out string? reason)
    {
        var row = KeyEncoding switch
        {
            KeyEncoding.U64BE => new CelRow(columns) { KeyNumber = BinaryPrimitives.ReadInt64BigEndian(storedKey) },
            KeyEncoding.U32BE => new CelRow(columns) { KeyNumber = BinaryPrimitives.ReadUInt32BigEndian(storedKey) },
            _ => new CelRow(columns) { KeyText = storedKey },
        };
        var succeeded = placement.TryPlace(ref row, out dbId);
        columns.Scratch.Clear();
        reason = succeeded ? null : Describe(row.Fault!);
        return succeeded;
    }

    string Describe(CelFault fault) => fault.Column is not null || program.Used.Count == 0 ? fault.Reason
        : $"{fault.Reason} (the expression reads "
        + $"{string.Join(", ", program.Used.Order(StringComparer.Ordinal).Select(name => $"'{name}'"))})";

    /// <inheritdoc/>
    public override bool IsByKeyAlone => OtherColumns.Count == 0;

    /// <inheritdoc/>
    public override int RouteStored(ReadOnlySpan<byte> storedKey, RoutingContext? context)
    {
        if (context is null || IsByKeyAlone) return RouteStored(storedKey);
        var columns = CreateColumns();
        foreach (var name in OtherColumns)
            if (context.Values.TryGetValue(name, out var value)) columns.Set(columns.SlotOf(name), value, context.IsText);
        Span<byte> integer = stackalloc byte[sizeof(long)];
        return Route(Row(Canonical(storedKey, integer), columns));
    }

    ReadOnlySpan<byte> Canonical(ReadOnlySpan<byte> storedKey, Span<byte> integer)
    {
        if (KeyEncoding is KeyEncoding.Utf8 or KeyEncoding.Raw) return storedKey;
        BinaryPrimitives.WriteInt64LittleEndian(integer, IntegerOf(storedKey));
        return integer;
    }

    CelRow Row(ReadOnlySpan<byte> canonicalKey, CelColumns columns) => KeyEncoding is KeyEncoding.Utf8 or KeyEncoding.Raw
        ? new CelRow(columns) { KeyText = canonicalKey }
        : new CelRow(columns) { KeyNumber = BinaryPrimitives.ReadInt64LittleEndian(canonicalKey) };

    int Route(CelRow row)
    {
        var isPlaced = placement.TryPlace(ref row, out var dbId);
        row.Columns.Scratch.Clear();
        if (isPlaced) return dbId;
        var key = KeyEncoding switch
        {
            KeyEncoding.Utf8 => KeyFaults.Quote(System.Text.Encoding.UTF8.GetString(row.KeyText)),
            KeyEncoding.Raw => KeyFaults.ShowBytes(row.KeyText),
            _ => KeyFaults.Show(row.KeyNumber),
        };
        throw new ShardyFusionException(ErrorKind.ShardAssignment, $"The key {key} has no shard: {row.Fault!.Reason}.")
        {
            RecommendedAction = IsByKeyAlone ? "Look up a key that the expression gives a shard." : GiveColumns,
        };
    }

    string GiveColumns => "Give the columns that the expression reads with the key, as a routing context: "
        + string.Join(", ", OtherColumns.Select(name => $"{name} ({program.TypeOf(name).StorageName()})")) + ".";

    CelColumns KeyAlone()
    {
        if (IsByKeyAlone) return withoutColumns = CelColumns.ForKeys(withoutColumns, program);
        throw new ShardyFusionException(ErrorKind.ShardAssignment,
            $"The key alone does not decide its shard: the expression also reads "
                + $"{string.Join(", ", OtherColumns.Select(name => $"'{name}'"))}.")
        {
            RecommendedAction = GiveColumns,
        };
    }
}
