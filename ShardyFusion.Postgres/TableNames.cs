namespace ShardyFusion.Postgres;

/// <summary>Names of the tables, as they stand in statements.</summary>
/// <param name="Manifests">The table of manifests.</param>
readonly record struct TableNames(string Manifests)
{
    /// <summary>The table of moves, which all versions share.</summary>
    public const string Pointer = "shardyfusion_pointer";

    /// <summary>The later version's table of manifests.</summary>
    public string Builds => Manifests + "_builds";

    /// <summary>The later version's table of their shards.</summary>
    public string Shards => Manifests + "_shards";

    /// <summary>True for a name that is the same with quotes and without.</summary>
    public static bool IsValid(string name) => name.Length is > 0 and <= 50 && char.IsAsciiLetterLower(name[0])
        && name.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');
}
