namespace ShardyFusion.Routing.Cel;

/// <summary>One row as an expression sees it: its key and its other columns; and what went wrong with it.</summary>
ref struct CelRow
{
    public CelRow(CelColumns columns) => Columns = columns;

    /// <summary>All columns but the key.</summary>
    public CelColumns Columns { get; }

    /// <summary>The key, when it is text or bytes.</summary>
    public CelText KeyText { get; init; }

    /// <summary>The key, when it is a number; not negative.</summary>
    public long KeyNumber { get; init; }

    /// <summary>Why there is no value; set by whatever returns false.</summary>
    public CelFault? Fault { get; set; }

    /// <summary>Notes the fault and returns false.</summary>
    public bool Fail(CelFault fault)
    {
        Fault = fault;
        return false;
    }
}
