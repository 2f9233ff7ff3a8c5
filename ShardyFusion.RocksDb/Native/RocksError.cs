using System.Runtime.InteropServices;

namespace ShardyFusion.RocksDb.Native;

/// <summary>What the library reports, as text that it allocated. Stateless.</summary>
static class RocksError
{
    /// <summary>Takes the text and gives its memory back; null when there was no error.</summary>
    public static string? Take(nint error)
    {
        if (error == nint.Zero) return null;
        var text = Marshal.PtrToStringUTF8(error);
        RocksLibrary.Free(error);
        return text;
    }
}
