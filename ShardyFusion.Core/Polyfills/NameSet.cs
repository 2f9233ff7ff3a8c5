namespace ShardyFusion.Polyfills;

/// <summary>A set of names that is asked with spans. Makes a string for each question.</summary>
readonly struct NameSet(HashSet<string> names)
{
    public bool Add(ReadOnlySpan<char> name) => names.Add(name.ToString());

    public bool Contains(ReadOnlySpan<char> name) => names.Contains(name.ToString());

    public bool TryGetValue(ReadOnlySpan<char> name, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string actual) =>
        names.TryGetValue(name.ToString(), out actual);
}
