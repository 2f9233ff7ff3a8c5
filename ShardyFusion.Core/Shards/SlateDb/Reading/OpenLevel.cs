using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>An open table, or the part of it that is seen.</summary>
/// <param name="Table">The table.</param>
/// <param name="Visible">Which keys are seen.</param>
readonly record struct OpenView(SlateTable Table, KeyRange Visible)
{
    public bool Shows(ReadOnlySpan<byte> key) => Visible.IsAll || Visible.Contains(key);
}

/// <summary>Tables of ascending keys that settle a key together, and which keys they can have.</summary>
/// <param name="Prefix">What the keys start with.</param>
/// <param name="Views">The tables.</param>
sealed record OpenLevel(byte[] Prefix, OpenView[] Views)
{
    /// <summary>The first table that can hold a key: the last one that begins before it, as a key's rows may cross a border.</summary>
    public int FirstFor(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Views.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Views[middle].Table.FirstKey.SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return Math.Max(0, low - 1);
    }
}
