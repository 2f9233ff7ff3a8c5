namespace ShardyFusion.Cli.Output;

/// <summary>How results are written.</summary>
enum OutputMode
{
    /// <summary>One indented JSON object.</summary>
    Json,
    /// <summary>The same object on one line.</summary>
    Jsonl,
    /// <summary>Tables for people.</summary>
    Table,
    /// <summary>Plain lines.</summary>
    Text,
}
