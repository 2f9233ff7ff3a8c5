using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ShardyFusion.LocalFiles;

/// <summary>Blocks of memory that direct writes accept, kept to be used again. Safe for concurrent callers.</summary>
sealed class AlignedBlocks
{
    readonly ConcurrentQueue<AlignedBlock> idle = new();

    public AlignedBlock Rent() => idle.TryDequeue(out var block) ? block : new AlignedBlock();

    public void Return(AlignedBlock block) => idle.Enqueue(block);
}

/// <summary>Memory that begins at a multiple of <see cref="DirectWrites.AlignmentBytes"/> and never moves.</summary>
sealed class AlignedBlock
{
    public const int LengthBytes = 1 << 20;

    readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(LengthBytes + DirectWrites.AlignmentBytes, pinned: true);
    readonly int start;

    public AlignedBlock() => start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) & (DirectWrites.AlignmentBytes - 1));

    public Span<byte> Span => bytes.AsSpan(start, LengthBytes);
}
