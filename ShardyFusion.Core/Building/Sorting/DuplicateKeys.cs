using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Sorting;

/// <summary>Shows a stored key to a person.</summary>
delegate string KeyDisplay(ReadOnlySpan<byte> storedKey);

/// <summary>Decides which row stays when several have the same key. Safe for concurrent callers.</summary>
/// <param name="policy">Which row stays.</param>
/// <param name="display">Shows a key.</param>
/// <param name="nameRow">Names a row by its ordinal; null where that is its number.</param>
sealed class DuplicateKeys(DuplicateKeyPolicy policy, KeyDisplay display, Func<long, string>? nameRow = null)
{
    /// <summary>True when <paramref name="candidate"/> replaces <paramref name="kept"/>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/> when duplicates are not allowed.</exception>
    public bool Replaces(in RowRecord candidate, in RowRecord kept)
    {
        if (policy == DuplicateKeyPolicy.Fail)
        {
            var key = display(kept.Key);
            var (first, second) = (Math.Min(candidate.Ordinal, kept.Ordinal), Math.Max(candidate.Ordinal, kept.Ordinal));
            throw new ShardyFusionException(ErrorKind.InputInvalid, nameRow is null
                ? $"Rows {first} and {second} have the same key '{key}'."
                : $"{nameRow(first)} and {nameRow(second)} have the same key '{key}'.")
            {
                Target = key,
                RecommendedAction = "Remove one of the two rows, or let the first or last row win with the duplicate-key policy.",
            };
        }
        return policy is DuplicateKeyPolicy.Last or DuplicateKeyPolicy.Any ? candidate.Ordinal > kept.Ordinal
            : candidate.Ordinal < kept.Ordinal;
    }

    /// <summary>Compacts sorted entries so that each key stays once.</summary>
    /// <returns>How many entries stay, at the front of <paramref name="sorted"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Compact(Span<SortEntry> sorted, RowSlabs rows, bool fixedEightByteKeys)
    {
        if (sorted.IsEmpty) return 0;
        var key = new byte[8];
        var last = 0;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Prefix == sorted[last].Prefix)
            {
                var kept = rows.Read(sorted[last].Locator);
                var candidate = rows.Read(sorted[i].Locator);
                if (fixedEightByteKeys)
                {
                    BinaryPrimitives.WriteUInt64BigEndian(key, sorted[i].Prefix);
                    kept = kept with { Key = key };
                }
                if (fixedEightByteKeys || candidate.Key.SequenceEqual(kept.Key))
                {
                    if (Replaces(candidate, kept)) sorted[last] = sorted[i];
                    continue;
                }
            }
            sorted[++last] = sorted[i];
        }
        return last + 1;
    }
}
