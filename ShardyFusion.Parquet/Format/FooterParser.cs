namespace ShardyFusion.Parquet.Format;

/// <summary>Parses footers. Stateless.</summary>
static class FooterParser
{
    /// <exception cref="DamageException">The bytes are no footer.</exception>
    public static FileFooter Parse(ReadOnlySpan<byte> bytes)
    {
        var thrift = new ThriftReader(bytes);
        SchemaElement[]? schema = null;
        RowGroup[]? groups = null;
        var isEncrypted = false;
        var rows = -1L;
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 2 when thrift.Type == ThriftType.List: schema = Schema(ref thrift); break;
                case 3 when thrift.Type == ThriftType.I64: rows = thrift.Integer(); break;
                case 4 when thrift.Type == ThriftType.List: groups = RowGroups(ref thrift); break;
                case 8:
                    isEncrypted = true;
                    thrift.Skip();
                    break;
                default: thrift.Skip(); break;
            }
        }
        if (schema is null || groups is null) throw new DamageException("its footer names no columns");
        if (rows < 0) throw new DamageException($"its footer says that it has {rows} rows");
        return new FileFooter(schema, rows, groups) { IsEncrypted = isEncrypted };
    }

    static SchemaElement[] Schema(ref ThriftReader thrift)
    {
        var elements = new SchemaElement[thrift.BeginStructList()];
        for (var i = 0; i < elements.Length; i++) elements[i] = Element(ref thrift);
        return elements;
    }

    static SchemaElement Element(ref ThriftReader thrift)
    {
        var element = new SchemaElement();
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 1: element.Physical = thrift.Int32(); break;
                case 2: element.Length = thrift.Int32(); break;
                case 3: element.Repetition = thrift.Int32(); break;
                case 4 when thrift.Type == ThriftType.Binary: element.Name = thrift.Text(); break;
                case 5: element.Children = thrift.Int32(); break;
                case 6: element.Converted = thrift.Int32(); break;
                case 7: element.Scale = thrift.Int32(); break;
                case 10 when thrift.Type == ThriftType.Struct: Logical(ref thrift, element); break;
                default: thrift.Skip(); break;
            }
        }
        return element;
    }

    static void Logical(ref ThriftReader thrift, SchemaElement element)
    {
        var kind = thrift.BeginStruct();
        while (thrift.NextField(ref kind))
        {
            element.Logical = kind;
            if (thrift.Type == ThriftType.Struct) LogicalDetails(ref thrift, element, kind);
            else thrift.Skip();
        }
    }

    static void LogicalDetails(ref ThriftReader thrift, SchemaElement element, int kind)
    {
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (kind, field)
            {
                case (LogicalKinds.Decimal, 1): element.LogicalScale = thrift.Int32(); break;
                case (LogicalKinds.Time or LogicalKinds.Timestamp, 1): element.IsUtc = thrift.Boolean(); break;
                case (LogicalKinds.Time or LogicalKinds.Timestamp, 2) when thrift.Type == ThriftType.Struct:
                    element.Fraction = Unit(ref thrift);
                    break;
                case (LogicalKinds.Integer, 1): element.Bits = thrift.Int32(); break;
                case (LogicalKinds.Integer, 2): element.IsSigned = thrift.Boolean(); break;
                default: thrift.Skip(); break;
            }
        }
    }

    static int Unit(ref ThriftReader thrift)
    {
        var digits = 0;
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            if (field is >= 1 and <= 3) digits = field * 3;
            thrift.Skip();
        }
        return digits;
    }

    static RowGroup[] RowGroups(ref ThriftReader thrift)
    {
        var groups = new RowGroup[thrift.BeginStructList()];
        for (var i = 0; i < groups.Length; i++)
        {
            ColumnChunk[] columns = [];
            var rows = 0L;
            var field = thrift.BeginStruct();
            while (thrift.NextField(ref field))
            {
                switch (field)
                {
                    case 1 when thrift.Type == ThriftType.List: columns = Columns(ref thrift); break;
                    case 3: rows = thrift.Integer(); break;
                    default: thrift.Skip(); break;
                }
            }
            if (rows < 0) throw new DamageException($"row group {i} says that it has {rows} rows");
            groups[i] = new RowGroup(columns, rows);
        }
        return groups;
    }

    static ColumnChunk[] Columns(ref ThriftReader thrift)
    {
        var columns = new ColumnChunk[thrift.BeginStructList()];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = columns[i] = new ColumnChunk();
            var field = thrift.BeginStruct();
            while (thrift.NextField(ref field))
            {
                switch (field)
                {
                    case 1 when thrift.Type == ThriftType.Binary: column.File = thrift.Text(); break;
                    case 3 when thrift.Type == ThriftType.Struct: Details(ref thrift, column); break;
                    case 8 or 9:
                        column.IsEncrypted = true;
                        thrift.Skip();
                        break;
                    default: thrift.Skip(); break;
                }
            }
        }
        return columns;
    }

    static void Details(ref ThriftReader thrift, ColumnChunk column)
    {
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 1: column.Physical = thrift.Int32(); break;
                case 4: column.Codec = thrift.Int32(); break;
                case 5: column.Values = thrift.Integer(); break;
                case 7: column.CompressedBytes = thrift.Integer(); break;
                case 9: column.DataOffset = thrift.Integer(); break;
                case 11: column.DictionaryOffset = thrift.Integer(); break;
                default: thrift.Skip(); break;
            }
        }
    }
}
