using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>How a name that a caller gives finds the field of an input, whatever the input is. Stateless.</summary>
static class FieldNames
{
    const int MostShown = 50;

    /// <summary>Finds the field of exactly this name, or else the only one that differs from it in case alone.</summary>
    /// <param name="names">The input's fields.</param>
    /// <param name="wanted">What the caller calls it.</param>
    /// <returns>Its place in <paramref name="names"/>; -1 when there is none.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: several could be meant.</exception>
    public static int Find(IReadOnlyList<string> names, string wanted)
    {
        ArgumentNullException.ThrowIfNull(names);
        int exact = -1, alike = -1;
        var isTwice = false;
        for (var i = 0; i < names.Count; i++)
        {
            if (!names[i].Equals(wanted, StringComparison.OrdinalIgnoreCase)) continue;
            if (names[i] == wanted)
            {
                if (exact >= 0) throw Unclear($"The name '{wanted}' is there twice.", wanted);
                exact = i;
            }
            else
            {
                isTwice = alike >= 0;
                alike = i;
            }
        }
        if (exact < 0 && isTwice)
            throw Unclear(
                $"'{wanted}' fits several names: "
                    + $"{string.Join(", ", names.Where(n => n.Equals(wanted, StringComparison.OrdinalIgnoreCase)))}.", wanted);
        return exact >= 0 ? exact : alike;
    }

    /// <summary>What to say of a field that an input does not have.</summary>
    public static string MissingFrom(string input, string wanted, IReadOnlyCollection<string> names) =>
        $"'{input}' has no column '{wanted}'; its columns are: "
            + $"{string.Join(", ", names.Take(MostShown))}{(names.Count > MostShown ? ", …" : "")}.";

    static ShardyFusionException Unclear(string message, string wanted) => new(ErrorKind.InputInvalid, message)
    {
        Target = wanted,
        RecommendedAction = "Give each field a name of its own, and name the one that is meant exactly.",
    };
}
