using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

public class FormatTests(SlateGolden golden, ITestOutputHelper output)
{
    // What the default hasher of Rust says of no bytes. That longer keys are hashed alike is shown by the golden filters, which say yes to
    // all of theirs.
    [Fact]
    public void SipHash_NoBytes_GivesTheKnownHash() => Assert.Equal(0xD1FBA762150C532CUL, SipHash13.Hash([]));

    [Fact]
    public void ReadManifest_EveryManifestOfTheGoldenDatabases_IsAccepted()
    {
        var (count, bytes) = (0, 0L);
        foreach (var name in golden.Names)
        {
            foreach (var path in Directory.EnumerateFiles(golden[name].StoreFolder, "*.manifest", SearchOption.AllDirectories))
            {
                var content = File.ReadAllBytes(path);
                var id = ulong.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(content[1], SlateManifestReader.Read(path, id, content).Version);
                count++;
                bytes += content.Length;
            }
        }
        Assert.True(count > 400, $"{count} manifests");
        output.WriteLine($"counts: {count} manifests with {bytes} bytes, each of which belongs to something");
    }

    [Fact]
    public void ReadManifest_ListClaimsMoreThanThereIs_IsRefusedBeforeRoomIsMade()
    {
        object?[] fields = [null, null, (byte)1, null, null, null, null, null, new object?[][] { [] }];
        var bytes = (byte[])[0, 2, .. FlatWriter.Write(fields)];
        var claimed = bytes.AsSpan().IndexOf((byte[])[1, 0, 0, 0, 4, 0, 0, 0]);
        bytes[claimed + 3] = 0x7F;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ShardCorruptException>(() => SlateManifestReader.Read("m", 1, bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void UnpackZstd_MoreThanOneFrameOrACut_IsRefused()
    {
        using var compressor = new ZstdSharp.Compressor();
        var content = Enumerable.Range(0, 300_000).Select(n => (byte)(n % 251 * (n % 7))).ToArray();
        var frame = compressor.Wrap(content).ToArray();
        Assert.Equal(content, ZstdFrame.Unpack(frame));
        Assert.Null(ZstdFrame.Unpack((byte[])[.. frame, .. frame]));
        Assert.Null(ZstdFrame.Unpack((byte[])[.. frame, 0]));
        for (var length = 0; length < frame.Length; length += 13)
            Assert.Null(ZstdFrame.Unpack(frame.AsSpan(0, length)));
    }

    [Fact]
    public void UnpackZstd_HeadClaimsMoreThanTheBlocksHold_MakesNoRoomForIt()
    {
        // One segment of 2^31 bytes, one raw block of one byte.
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0x09, 0, 0, 42];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(ZstdFrame.Unpack(frame));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void ReadFilter_OnlyOfPrefixes_IsNotAskedAboutKeys()
    {
        byte[] filter = [0, 1, 0, 7, .. "_bf:p=3"u8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 6, 0, 0];
        Assert.Null(SlateFilter.Read(filter, isNamed: true, new BlockOrigin("f", 0)));
        Assert.Throws<ShardCorruptException>(() => SlateFilter.Read(filter.AsSpan(..^1), isNamed: true, new BlockOrigin("f", 0)));
        Assert.False(SlateFilter.Read([0, 6], isNamed: false, new BlockOrigin("f", 0))!.MayContain(1));
    }
}
