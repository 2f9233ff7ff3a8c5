using System.Buffers.Binary;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Benchmarks;

/// <summary>A rows file read into memory.</summary>
readonly struct RowsTable(byte[] rows, Workload workload, bool keepsRows) : IRowTable
{
    readonly int rowBytes = workload.RowBytes, keyBytes = workload.KeyBytes;

    public long Count => rows.Length / rowBytes;

    public bool KeepsRows => keepsRows;

    public bool HasIntegerKeys => workload.HasIntegerKeys;

    public long IntegerKey(long row) => BinaryPrimitives.ReadInt64BigEndian(rows.AsSpan((int)(row * rowBytes)));

    public ReadOnlySpan<byte> TextKey(long row) => rows.AsSpan((int)(row * rowBytes), keyBytes);

    public ReadOnlySpan<byte> Value(long row) => rows.AsSpan((int)(row * rowBytes) + keyBytes, rowBytes - keyBytes);
}
