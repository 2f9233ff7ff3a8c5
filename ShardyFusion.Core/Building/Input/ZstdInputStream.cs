using ZstdSharp;

namespace ShardyFusion.Building.Input;

/// <summary>Unpacks Zstandard, also of several frames, and refuses a truncated one. Does not own the packed stream.</summary>
/// <remarks>A frame may ask for a window of 128 MiB at most, as the format's own command allows.</remarks>
sealed class ZstdInputStream(Stream packed) : ForwardStream
{
    const int MaxWindowLog = 27;

    readonly DecompressionStream unpacked = Open(packed);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return unpacked.Read(buffer);
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException)
        {
            throw Damaged(e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await unpacked.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException)
        {
            throw Damaged(e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) unpacked.Dispose();
        base.Dispose(disposing);
    }

    static DecompressionStream Open(Stream packed)
    {
        var stream = new DecompressionStream(packed, leaveOpen: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, MaxWindowLog);
        return stream;
    }

    static InvalidDataException Damaged(Exception e) => new(
        e is EndOfStreamException ? "The Zstandard data end too early." : $"The Zstandard data are damaged ({e.Message}).", e);
}
