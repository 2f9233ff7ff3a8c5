namespace ShardyFusion.Polyfills;

/// <summary>Sets of names that are asked with spans.</summary>
static class NameSets
{
    /// <summary>The same set; what is added to one is in the other.</summary>
    public static NameSet AskedWithSpans(this HashSet<string> names) =>
#if NET9_0_OR_GREATER
        names.GetAlternateLookup<ReadOnlySpan<char>>();
#else
        new(names);
#endif
}
