namespace ShardyFusion.Polyfills;

/// <summary>How large a non-backtracking pattern may become.</summary>
static class RegexLimit
{
    const string Name = "REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE";
    const int OfNewerRuntimes = 10_000;

    /// <summary>Allows what newer runtimes allow, ten times as much, unless the process has a limit of its own.</summary>
    public static void Raise()
    {
        if (AppContext.GetData(Name) is null) AppContext.SetData(Name, OfNewerRuntimes);
    }
}
