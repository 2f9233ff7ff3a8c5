namespace ShardyFusion.Polyfills;

/// <summary>Texts that are looked for together.</summary>
sealed class SearchTexts(string[] texts, StringComparison comparison)
{
    public bool AreIn(ReadOnlySpan<char> text)
    {
        foreach (var sought in texts)
            if (text.Contains(sought, comparison)) return true;
        return false;
    }
}
