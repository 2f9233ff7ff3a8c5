namespace ShardyFusion.Cli.Sessions;

/// <summary>What a key asks of whoever draws the line.</summary>
enum LineKey
{
    /// <summary>The line has changed, or the cursor.</summary>
    Edit,
    /// <summary>The line is complete.</summary>
    Done,
    /// <summary>Tab: the word before the cursor.</summary>
    Complete,
    /// <summary>Ctrl+C: another line instead.</summary>
    Abandon,
    /// <summary>Ctrl+D on an empty line: no more lines.</summary>
    End,
    /// <summary>Ctrl+L.</summary>
    ClearScreen,
}
