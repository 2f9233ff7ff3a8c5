using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Reads manifests of both versions. They have no checksum: what contradicts itself is refused.</summary>
sealed class SlateManifestReader
{
    const int VersionBytes = 2;

    // The same fields in both versions.
    const int ExternalField = 1, InitializedField = 2, WriterEpochField = 3, ReplayAfterField = 5, LastWalField = 6, LastCompactedField = 7;
    const int IdFields = 2, SstFields = 4, Sst2Fields = 3, ViewFields = 3, RunFields = 2, SegmentFields = 4, ExternalFields = 4,
        CheckpointFields = 7, RangeFields = 2;
    const byte Unbounded = 1, Included = 2, Excluded = 3;

    // Where the versions differ.
    readonly record struct Layout(int Fields, int Tables, int Level0, int Runs, int Clock, int Checkpoints, int LastSequence, int WalStore,
        int MinSequence, int Tracker, int Segments, int Extractor)
    {
        const int None = int.MaxValue;

        public static Layout Version1 { get; } = new(16, None, 8, 9, 10, 11, 12, 13, 14, 15, None, None);

        public static Layout Version2 { get; } = new(18, 8, 9, 10, 11, 12, 13, None, 14, 15, 16, 17);
    }

    readonly string file;
    readonly int version;
    readonly FlatBuffer buffer;
    readonly Dictionary<string, string> externals = new(StringComparer.Ordinal);
    readonly Dictionary<string, SlateSst> tables = new(StringComparer.Ordinal);

    SlateManifestReader(string file, ReadOnlyMemory<byte> bytes)
    {
        this.file = file;
        if (bytes.Length < VersionBytes)
            throw new BlockOrigin(file, 0).Fault($"a manifest has more than {bytes.Length} bytes");
        version = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
        if (version is not (1 or 2))
            throw new BlockOrigin(file, 0).Fault(
                $"it is a SlateDB manifest of version {version}; this reader knows versions 1 and 2, up to SlateDB's release 0.17");
        buffer = new FlatBuffer(bytes[VersionBytes..], new BlockOrigin(file, VersionBytes), isStrict: true);
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="id">Its number, from its name.</param>
    /// <param name="bytes">The whole object.</param>
    /// <exception cref="Errors.ShardCorruptException">It is no manifest, damaged, or of another version.</exception>
    public static SlateManifest Read(string file, ulong id, ReadOnlyMemory<byte> bytes)
    {
        var reader = new SlateManifestReader(file, bytes);
        var manifest = reader.Read(id);
        reader.buffer.RequireNothingLeft();
        return manifest;
    }

    SlateManifest Read(ulong id)
    {
        var layout = version == 1 ? Layout.Version1 : Layout.Version2;
        var root = buffer.Root(layout.Fields);
        ReadExternals(root.Tables(ExternalField, ExternalFields));
        ReadTables(root.Tables(layout.Tables, Sst2Fields));
        var trees = new List<SlateTree> { ReadTree(root, [], layout.Level0, layout.Runs) };
        var segments = root.Tables(layout.Segments, SegmentFields);
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            ReadId(segment.Table(1, IdFields));
            trees.Add(ReadTree(segment, segment.Bytes(0).ToArray(), 2, 3));
        }
        PassOver(root, layout);
        var manifest = new SlateManifest(file, version, id, ReadFlag(root), root.UInt64(WriterEpochField), root.UInt64(ReplayAfterField),
            root.UInt64(LastWalField), root.UInt64(layout.LastSequence), root.Text(layout.WalStore), trees);
        if (manifest.ReplayAfterWalId > manifest.LastWalId)
            throw root.Fault($"log files up to {manifest.ReplayAfterWalId} are in tables, but the last one is {manifest.LastWalId}");
        return manifest;
    }

    static bool ReadFlag(FlatTable root) => root.UInt8(InitializedField) switch
    {
        0 => false,
        1 => true,
        var other => throw root.Fault($"the value {other} is neither true nor false"),
    };

    // What no reader needs is read all the same, so that its bytes have an owner.
    static void PassOver(FlatTable root, Layout layout)
    {
        _ = (root.UInt64(0), root.UInt64(WriterEpochField + 1), root.UInt64(layout.Clock), root.UInt64(layout.MinSequence));
        ReadId(root.Table(LastCompactedField, IdFields));
        root.Bytes(layout.Tracker);
        root.Bytes(layout.Extractor);
        var checkpoints = root.Tables(layout.Checkpoints, CheckpointFields);
        for (var i = 0; i < checkpoints.Count; i++)
        {
            var checkpoint = checkpoints[i];
            ReadId(checkpoint.Table(0, IdFields));
            _ = (checkpoint.UInt64(1), checkpoint.UInt32(2), checkpoint.UInt32(3));
            // The one kind of metadata that is known holds an epoch.
            if (checkpoint.UInt8(4) != 0)
                _ = checkpoint.Table(5, 1)?.UInt64(0);
            checkpoint.Bytes(6);
        }
    }

    static (ulong High, ulong Low) ReadId(FlatTable? id) => id is { } table ? (table.UInt64(0), table.UInt64(1)) : default;

    void ReadExternals(FlatTables list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var external = list[i];
            var path = external.Text(0);
            ReadId(external.Table(1, IdFields));
            ReadId(external.Table(2, IdFields));
            var ids = external.Tables(3, IdFields);
            for (var j = 0; j < ids.Count; j++)
                externals[Ulid.ToText(ReadId(ids[j]))] = path;
        }
    }

    // Version 2 lists the tables once and names them by id where they are used.
    void ReadTables(FlatTables list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var table = list[i];
            var sst = ReadSst(table, formatField: 2);
            if (!tables.TryAdd(sst.Name, sst))
                throw table.Fault($"table {sst.Name} is listed twice");
        }
    }

    SlateSst ReadSst(FlatTable table, int formatField)
    {
        var name = Ulid.ToText(ReadId(table.Table(0, IdFields)));
        if (table.Table(1, SlateTableInfo.Fields) is not { } info)
            throw table.Fault($"nothing is said about table {name}");
        var format = table.Has(formatField) ? table.UInt16(formatField) : SstFormats.First;
        return new SlateSst(name, externals.GetValueOrDefault(name), format, SlateTableInfo.Read(info));
    }

    SlateTree ReadTree(FlatTable tree, byte[] prefix, int level0Field, int runsField)
    {
        var levels = new List<IReadOnlyList<SlateView>>();
        foreach (var view in ReadViews(tree, level0Field, prefix))
            levels.Add([view]);
        var runs = tree.Tables(runsField, RunFields);
        var idBefore = 1L << 32;
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            var id = run.UInt32(0);
            if (id >= idBefore)
                throw run.Fault($"sorted run {id} is not newer than the one behind it");
            idBefore = id;
            var views = ReadViews(run, 1, prefix);
            for (var j = 1; j < views.Count; j++)
                if (views[j].Table.Info.FirstEntry.AsSpan().SequenceCompareTo(LastKnownKey(views[j - 1].Table.Info)) < 0)
                    throw run.Fault($"the tables of sorted run {id} are out of order");
            levels.Add(views);
        }
        return new SlateTree(prefix, levels);
    }

    static byte[] LastKnownKey(SlateTableInfo info) => info.LastEntry.Length > 0 ? info.LastEntry : info.FirstEntry;

    List<SlateView> ReadViews(FlatTable owner, int field, byte[] prefix)
    {
        var list = owner.Tables(field, version == 1 ? SstFields : ViewFields);
        var views = new List<SlateView>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var view = list[i];
            var (id, sst) = version == 1 ? (null, ReadSst(view, formatField: 3)) : ReadNamed(view);
            var (first, last) = (sst.Info.FirstEntry, LastKnownKey(sst.Info));
            if (first.Length == 0 || first.AsSpan().SequenceCompareTo(last) > 0 || !first.AsSpan().StartsWith(prefix)
                || !last.AsSpan().StartsWith(prefix))
                throw view.Fault($"the first and the last key of table {sst.Name} are impossible there");
            views.Add(new SlateView(id ?? sst.Name, sst, ReadRange(view.Table(2, RangeFields))));
        }
        return views;
    }

    (string? Id, SlateSst Table) ReadNamed(FlatTable view)
    {
        var id = Ulid.ToText(ReadId(view.Table(0, IdFields)));
        var name = Ulid.ToText(ReadId(view.Table(1, IdFields)));
        return (id, tables.GetValueOrDefault(name) ?? throw view.Fault($"table {name} is used and not listed"));
    }

    static KeyRange ReadRange(FlatTable? table)
    {
        if (table is not { } range)
            return KeyRange.All;
        var from = ReadBound(range, 0);
        var end = ReadBound(range, 1);
        // Between a key and itself with a zero byte behind it lies no other key.
        return new KeyRange(
            from.Kind == Excluded ? (byte[])[.. from.Key, 0] : from.Key,
            end.Kind switch { Unbounded => null, Included => (ReadOnlyMemory<byte>?)(byte[])[.. end.Key, 0], _ => end.Key });
    }

    static (byte Kind, byte[] Key) ReadBound(FlatTable range, int field)
    {
        if (range.Table(field, RangeFields) is not { } bound)
            throw range.Fault("a range of keys lacks a bound");
        var (kind, key) = (bound.UInt8(1), bound.Bytes(0).ToArray());
        if (kind is < Unbounded or > Excluded || kind == Unbounded && key.Length > 0)
            throw bound.Fault($"a bound of kind {kind} with a key of {key.Length} bytes is impossible");
        return (kind, key);
    }
}
