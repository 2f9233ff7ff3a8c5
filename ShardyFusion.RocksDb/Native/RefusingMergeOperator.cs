using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShardyFusion.RocksDb.Native;

/// <summary>Stands for a merge operator that is not known: whoever comes to a key with merge operands gets an error.</summary>
/// <remarks>There must be one. Without any, the replay of a log that holds a merge operand ends there as if the log did, and all rows after
/// it are missing without a word.</remarks>
static unsafe class RefusingMergeOperator
{
    static readonly nint Text = Marshal.StringToCoTaskMemUTF8("ShardyFusion.Refusing");

    /// <summary>Makes it the operator of a column family's options, which own it from then on.</summary>
    public static void Set(nint options) => RocksLibrary.SetMergeOperator(options,
        RocksLibrary.CreateMergeOperator(nint.Zero, &Destroy, &FullMerge, &PartialMerge, &Delete, &Name));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Destroy(nint state)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static nint FullMerge(nint state, nint key, nuint keyBytes, nint value, nuint valueBytes, nint operands, nint operandBytes, int count,
        byte* success, nuint* resultBytes)
    {
        *success = 0;
        *resultBytes = 0;
        return Text;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static nint PartialMerge(nint state, nint key, nuint keyBytes, nint operands, nint operandBytes, int count, byte* success,
        nuint* resultBytes)
    {
        *success = 0;
        *resultBytes = 0;
        return Text;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Delete(nint state, nint value, nuint valueBytes)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static nint Name(nint state) => Text;
}
