using ShardyFusion.Building.Input;
using ShardyFusion.Errors;

namespace ShardyFusion.Jobs.Slicing;

/// <summary>Opens what one map reads.</summary>
static class SliceInput
{
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the file is not there, or not what it was when the job
    /// was planned.</exception>
    public static InputFile Open(JobPlan plan, int map)
    {
        var slice = plan.Slices[map];
        var file = plan.Files[slice.File];
        var template = plan.Input.ToFile() with { Format = file.Format };
        (template with { Path = file.Path }).RequireFile();
        var info = new FileInfo(file.Path);
        if (info.Length != file.Bytes || info.LastWriteTimeUtc != file.ModifiedAt)
            throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"'{file.Path}' is not what it was when job '{plan.JobId}' was planned: it has {info.Length} bytes of "
                    + $"{info.LastWriteTimeUtc:u}, "
                    + $"and had {file.Bytes} of {file.ModifiedAt:u}.")
            {
                Target = file.Path,
                RecommendedAction = "Bring the file back as it was, or plan a job anew; a job of two states of a file would mix them.",
            };
        if (file.Preamble is not { } preamble) return template with { Path = file.Path };
        var part = plan.Slices.Count(other => other.File == slice.File) > 1 ? $" from byte {slice.Offset}" : "";
        return template with
        {
            Layout = file.Columns is { } columns ? template.Layout with { Columns = columns } : template.Layout,
            Stream = new SliceStream(File.OpenHandle(file.Path, options: FileOptions.SequentialScan), preamble, slice.Offset, slice.End),
            StreamName = file.Path + part,
        };
    }
}
