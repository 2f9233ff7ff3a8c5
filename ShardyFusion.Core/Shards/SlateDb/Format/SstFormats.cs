using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Format versions of tables and log files.</summary>
static class SstFormats
{
    /// <summary>Releases 0.8 to 0.10: an offset for every row.</summary>
    public const int First = 1;

    /// <summary>Since release 0.11: an offset for every 16th row.</summary>
    public const int Restarts = 2;

    /// <summary>Refuses a format that this reader does not know.</summary>
    public static void RequireKnown(int format, BlockOrigin origin)
    {
        if (format is not (First or Restarts))
            throw origin.Fault(
                $"it is a SlateDB file of format {format}; this reader knows formats {First} and {Restarts}, up to SlateDB's release 0.17");
    }
}
