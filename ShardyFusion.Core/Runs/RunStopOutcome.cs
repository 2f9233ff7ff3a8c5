namespace ShardyFusion.Runs;

/// <summary>What came of the wish to stop a run.</summary>
public enum RunStopOutcome
{
    /// <summary>The live build was asked; it stops within seconds.</summary>
    Asked,
    /// <summary>Someone had asked before; the build has not stopped yet.</summary>
    AskedBefore,
    /// <summary>The run was dead; its record says failed now and the prefix is free.</summary>
    MarkedFailed,
    /// <summary>It had ended by itself; nothing was changed.</summary>
    AlreadyEnded,
}
