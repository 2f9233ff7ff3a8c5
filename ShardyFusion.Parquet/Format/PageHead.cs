namespace ShardyFusion.Parquet.Format;

/// <summary>What stands before a page. Untrusted.</summary>
struct PageHead
{
    public int Kind, RawBytes, StoredBytes, Values, Encoding, DefinitionEncoding, RepetitionEncoding, DefinitionBytes, RepetitionBytes;
    public int? Checksum;
    public bool IsCompressed;

    /// <exception cref="DamageException">The bytes are no such head.</exception>
    public static PageHead Parse(ref ThriftReader thrift)
    {
        var head = new PageHead
        {
            Kind = -1,
            RawBytes = -1,
            StoredBytes = -1,
            IsCompressed = true,
            DefinitionEncoding = (int)PageEncoding.RunLength,
            RepetitionEncoding = (int)PageEncoding.RunLength,
        };
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 1: head.Kind = thrift.Int32(); break;
                case 2: head.RawBytes = thrift.Int32(); break;
                case 3: head.StoredBytes = thrift.Int32(); break;
                case 4: head.Checksum = thrift.Int32(); break;
                case 5 or 7 when thrift.Type == ThriftType.Struct: ParseFirst(ref thrift, ref head); break;
                case 8 when thrift.Type == ThriftType.Struct: ParseSecond(ref thrift, ref head); break;
                default: thrift.Skip(); break;
            }
        }
        return head;
    }

    static void ParseFirst(ref ThriftReader thrift, ref PageHead head)
    {
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 1: head.Values = thrift.Int32(); break;
                case 2: head.Encoding = thrift.Int32(); break;
                case 3 when thrift.Type == ThriftType.I32: head.DefinitionEncoding = thrift.Int32(); break;
                case 4 when thrift.Type == ThriftType.I32: head.RepetitionEncoding = thrift.Int32(); break;
                default: thrift.Skip(); break;
            }
        }
    }

    static void ParseSecond(ref ThriftReader thrift, ref PageHead head)
    {
        var field = thrift.BeginStruct();
        while (thrift.NextField(ref field))
        {
            switch (field)
            {
                case 1: head.Values = thrift.Int32(); break;
                case 4: head.Encoding = thrift.Int32(); break;
                case 5: head.DefinitionBytes = thrift.Int32(); break;
                case 6: head.RepetitionBytes = thrift.Int32(); break;
                case 7: head.IsCompressed = thrift.Boolean(); break;
                default: thrift.Skip(); break;
            }
        }
    }
}
