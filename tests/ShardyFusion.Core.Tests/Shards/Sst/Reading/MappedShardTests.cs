using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

public sealed class MappedShardTests : IDisposable
{
    static readonly List<OracleRow> Rows = OracleRows.Make("eight_byte", 5_000);

    readonly OracleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ShardCompression.None)]
    [InlineData(ShardCompression.Lz4)]
    [InlineData(ShardCompression.Zlib)]
    [InlineData(ShardCompression.Zstd)]
    public void EveryRead_OurOwnFile_HoldsTheRows(ShardCompression compression) =>
        ShardChecks.AssertMappedHolds(Write(new SstOptions { Compression = compression }), Rows, OracleRows.Absent(Rows, 1_000),
            compression.ToString());

    [Theory]
    [InlineData(ShardCompression.None)]
    [InlineData(ShardCompression.Lz4)]
#if NET9_0_OR_GREATER
    // On .NET 8 the package that unpacks it allocates as long as its code is not optimized.
    [InlineData(ShardCompression.Zstd)]
#endif
    public void TryGet_BlocksInUse_AllocatesNothing(ShardCompression compression)
    {
        using var shard = MappedShard.Open(Write(new SstOptions { Compression = compression }), SstReadOptions.Default);
        var allocated = long.MaxValue;
        // What the runtime itself allocates in a round, while it optimizes, is no read's.
        for (var round = 0; round < 10 && allocated > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var found = CountFound(shard);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(Rows.Count, found);
        }
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task TryGet_ManyThreadsOnFreshBlocks_AllFindEverything()
    {
        using var shard = MappedShard.Open(Write(new SstOptions { BlockSizeBytes = 512 }), SstReadOptions.Default);
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => CountFound(shard))));
        Assert.All(counts, count => Assert.Equal(Rows.Count, count));
    }

    /// <summary>Touching what is gone would end the process, and this test with it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void EveryLongRead_FileCutUnderAnOpenReader_IsAnErrorBeforeItIsTouched(int left)
    {
        foreach (var read in new Action<MappedShard>[] { shard => GetMany(shard, 1), shard => GetMany(shard, 500), shard => shard.Scan()
            .MoveNext(), shard => shard.Verify(TestContext.Current.CancellationToken), shard => shard.Load(new BlockChunk(0, 1, 0)) })
        {
            var path = Write(new SstOptions());
            using var shard = MappedShard.Open(path, SstReadOptions.Default);
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                file.SetLength(left);
            var error = Assert.Throws<ShardCorruptException>(() => read(shard));
            Assert.Contains("someone cut it", error.Message, StringComparison.Ordinal);
            Assert.Equal(path, error.Target);
        }
    }

    /// <summary>A replaced or deleted file stays as it was for whoever has it mapped.</summary>
    [Fact]
    public void EveryRead_FileReplacedOrDeletedUnderAnOpenReader_HoldsTheRows()
    {
        var path = Write(new SstOptions());
        using var shard = MappedShard.Open(path, SstReadOptions.Default);
        File.Delete(path);
        GetMany(shard, 500);
        Assert.Equal(Rows.Count, CountFound(shard));
        File.WriteAllBytes(path + ".other", new byte[new FileInfo(Write(new SstOptions { BlockSizeBytes = 512 })).Length * 2]);
        File.Move(path + ".other", path, overwrite: true);
        Assert.Equal(Rows.Count, CountFound(shard));
    }

    static void GetMany(MappedShard shard, int count)
    {
        var sink = new Counter();
        shard.GetMany(Rows.Take(count).Select(row => (ReadOnlyMemory<byte>)row.Key).ToArray(), ref sink);
        Assert.Equal(count, sink.Found);
    }

    struct Counter : IValueSink
    {
        public int Found;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => Found++;
    }

    [Fact]
    public void EveryRead_AfterDispose_IsAReaderStateError()
    {
        var shard = MappedShard.Open(Write(new SstOptions()), SstReadOptions.Default);
        var scanner = shard.Scan();
        Assert.True(scanner.MoveNext());
        Assert.True(shard.TryGet(Rows[0].Key, out _));
        shard.Dispose();
        shard.Dispose();
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => shard.TryGet(Rows[0].Key, out _)).Kind);
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => scanner.MoveNext()).Kind);
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => shard.Verify(CancellationToken.None)).Kind);
    }

    [Fact]
    public void Open_MissingFile_SaysSo() =>
        Assert.Equal(ErrorKind.StorageNotFound,
            Assert.Throws<ShardyFusionException>(() => MappedShard.Open(_folder.File("none.sst"), SstReadOptions.Default)).Kind);

    [Fact]
    public void Open_EmptyFile_IsRefused()
    {
        var path = _folder.File("empty.sst");
        File.WriteAllBytes(path, []);
        Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, SstReadOptions.Default));
    }

    [Fact]
    public void Open_NameGiven_ErrorsUseIt()
    {
        var path = _folder.File("short.sst");
        File.WriteAllBytes(path, new byte[60]);
        Assert.Equal("s3://bucket/shard.sst",
            Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, new SstReadOptions("s3://bucket/shard.sst"))).File);
    }

    [Fact]
    public void Verify_DamagedBlockThatNobodyAskedFor_IsRefused()
    {
        var path = Write(new SstOptions());
        var bytes = File.ReadAllBytes(path);
        bytes[30_000] ^= 4;
        File.WriteAllBytes(path, bytes);
        using var shard = MappedShard.Open(path, SstReadOptions.Default);
        Assert.True(shard.TryGet(Rows[0].Key, out _));
        Assert.Throws<ShardCorruptException>(() => shard.Verify(CancellationToken.None));
    }

    [Fact]
    public void Verify_Cancelled_Stops()
    {
        using var shard = MappedShard.Open(Write(new SstOptions()), SstReadOptions.Default);
        Assert.Throws<OperationCanceledException>(() => shard.Verify(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Open_GlobalSequenceNumberChangedByIngestion_IsAccepted()
    {
        // RocksDB overwrites the number in an ingested file's properties and leaves the checksum as it was.
        var file = GoldenTables.Read("v5-bloom-xxh3.sst");
        var at = file.AsSpan().IndexOf("rocksdb.external_sst_file.global_seqno"u8);
        if (at < 0)
            at = file.AsSpan().IndexOf("external_sst_file.global_seqno"u8);
        Assert.True(at > 0);
        var value = file.AsSpan(file.AsSpan(at).IndexOf("seqno"u8) + at + 5, 8);
        Assert.Equal(new byte[8], value);
        value[0] = 42;
        var path = _folder.File("ingested.sst");
        File.WriteAllBytes(path, file);
        ShardChecks.AssertMappedHolds(path, GoldenTables.Rows, GoldenTables.Absent, "ingested");
        // Any other change is still seen.
        file[at - 60] ^= 1;
        File.WriteAllBytes(path, file);
        Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, SstReadOptions.Default));
    }

    string Write(SstOptions options)
    {
        var path = _folder.File("shard.sst");
        File.WriteAllBytes(path, SstWriting.Encode(options, Rows));
        return path;
    }

    static int CountFound(MappedShard shard)
    {
        var found = 0;
        for (var i = 0; i < Rows.Count; i++)
            if (shard.TryGet(Rows[i].Key, out var value) && value.SequenceEqual(Rows[i].Value))
                found++;
        return found;
    }
}
