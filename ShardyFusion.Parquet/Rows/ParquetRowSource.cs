using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Reads the rows of a file or a folder of files, several row groups at a time.</summary>
/// <param name="file">The input.</param>
/// <param name="values">The build's value encoder.</param>
/// <param name="workers">Threads, at least 1.</param>
sealed class ParquetRowSource(InputFile file, ValueEncoder values, int workers) : IRowSource
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => [];

    /// <inheritdoc/>
    public async Task<long> ReadAsync(IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken)
    {
        file.ThrowIfInvalid();
        RequireFit();
        var folder = PartFinder.FolderOf(file);
        await using var closeFolder = folder.ConfigureAwait(false);
        var parts = await Task.Run(() => PartFinder.FindAsync(folder, cancellationToken), cancellationToken).ConfigureAwait(false);
        var plan = new ColumnPlan(file, parts);
        RequireOneKeyForm(plan, parts);
        var encoding = values.Settle(plan.IsSingleValue ? SingleValue.NaturalOf(plan.ValuesOf(parts[0])[0]) : ValueEncoding.Json);
        var pieces = new List<(ParquetPart Part, int Group, long FirstOrdinal)>();
        var rows = 0L;
        foreach (var part in parts)
        {
            for (var group = 0; group < part.Footer.RowGroups.Count; group++)
            {
                var groupRows = part.Footer.RowGroups[group].Rows;
                if (groupRows > 0) pieces.Add((part, group, rowsBefore + rows + 1));
                rows += groupRows;
            }
        }
        await OrderedPieces.ReadAsync(workers, sinks, pieces.Count, Read, cancellationToken).ConfigureAwait(false);
        return rows;

        void Read(int index, IRowSink sink)
        {
            var (part, group, firstOrdinal) = pieces[index];
            using var reader = new RowGroupReader(part, group, plan, encoding);
            reader.Read(sink, firstOrdinal, cancellationToken);
        }
    }

    /// <summary>Refuses what text alone can have.</summary>
    void RequireFit()
    {
        if (file.Path is null)
            throw Unfit("Parquet has its directory at its end, so it is read from a file or folder, not from a stream.",
                "Write it to a file first.");
        var isPlain = file.Layout.NullMarkers.Count == 0 && file.Layout == new TextLayout { NullMarkers = file.Layout.NullMarkers };
        if (file.Delimiter is not null || file.Encoding is not null || !isPlain)
            throw Unfit("Delimiter, text encoding, header, quotes, comments and null markers are of text; Parquet has none.",
                "Leave them out.");
        if (file.KeyForm != TextForm.Text || file.ValueForm != TextForm.Text)
            throw Unfit("Parquet says itself which columns are bytes; keys and values are taken as they are.",
                "Leave the form of keys and values out.");
    }

    static void RequireOneKeyForm(ColumnPlan plan, ParquetPart[] parts)
    {
        var form = plan.KeyFormOf(parts[0]);
        foreach (var part in parts)
        {
            if (plan.KeyFormOf(part) is var other && other != form)
                throw new ShardyFusionException(ErrorKind.InputInvalid,
                    $"The keys of '{part.Name}' are {other.ToString().ToLowerInvariant()}, and those of '{parts[0].Name}' are "
                        + $"{form.ToString().ToLowerInvariant()}.")
                {
                    Target = part.Name,
                    RecommendedAction = "Give the column one type in all files.",
                };
        }
    }

    static ShardyFusionException Unfit(string message, string advice) => new(ErrorKind.ConfigValidation, message)
    {
        RecommendedAction = advice,
    };
}
