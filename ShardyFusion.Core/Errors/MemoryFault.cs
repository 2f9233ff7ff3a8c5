namespace ShardyFusion.Errors;

/// <summary>Memory that could not be had, as an error of a kind.</summary>
static class MemoryFault
{
    /// <summary>The failure as it is, or what to report in its place when memory ran out, however deep it says so.</summary>
    public static Exception Known(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is OutOfMemoryException)
                return new ShardyFusionException(ErrorKind.MemoryExhausted, "There is not enough memory for this.", failure);
        return failure;
    }
}
