using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Pages;

/// <summary>One page of values, unpacked. Good until the next one is read.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Encoding">How the values are laid out; not checked.</param>
/// <param name="Count">Entries, those without a value included.</param>
/// <param name="Repetition">The levels that say which list goes on; empty where there are none.</param>
/// <param name="Definition">The levels that say what is there; empty where there are none.</param>
/// <param name="Values">The values.</param>
readonly record struct Page(PageKind Kind, int Encoding, int Count, ArraySegment<byte> Repetition, ArraySegment<byte> Definition,
    ArraySegment<byte> Values);
