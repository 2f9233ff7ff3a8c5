namespace ShardyFusion.Building.Input;

/// <summary>What to do about an input that is faulty as a whole, so that no row-error policy helps.</summary>
static class InputAdvice
{
    public const string NotSkippable = "Fetch or write the file again; this cannot be skipped, for what follows is not known.";
    public const string OtherEncoding = "Give the file's text encoding, or convert it to UTF-8.";
}
