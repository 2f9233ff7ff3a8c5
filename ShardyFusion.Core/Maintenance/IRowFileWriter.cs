using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Maintenance;

/// <summary>Writes rows in a format that is no text. Implemented in an assembly of its own, see <see cref="OptionalWriters"/>.</summary>
interface IRowFileWriter
{
    /// <summary>Makes a writer for one file.</summary>
    /// <param name="codec">How keys are stored.</param>
    /// <param name="encoding">How values are encoded; null when the manifest does not say.</param>
    RowWriter Create(KeyCodec codec, ValueEncoding? encoding);
}
