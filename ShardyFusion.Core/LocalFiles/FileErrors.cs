using ShardyFusion.Errors;

namespace ShardyFusion.LocalFiles;

/// <summary>What the operating system reports about files, as error kinds. On Unix an <see cref="IOException"/> carries errno as its
/// HResult.</summary>
static class FileErrors
{
    const int WindowsSharingViolation = unchecked((int)0x80070020);
    const int WindowsLockViolation = unchecked((int)0x80070021);
    const int WindowsWriteProtect = unchecked((int)0x80070013);
    const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    const int WindowsDiskFull = unchecked((int)0x80070070);
    const int WindowsAlreadyExists = unchecked((int)0x800700B7);

    const int UnixExists = 17;
    const int UnixTooLargeForFileSystem = 27;
    const int UnixNoSpace = 28;
    const int UnixReadOnlyFileSystem = 30;
    const int LinuxQuota = 122;
    const int MacQuota = 69;
    const int LinuxWouldBlock = 11;
    const int MacWouldBlock = 35;

    /// <summary>True for what the methods of this folder translate; everything else is a fault of ours and passes through.</summary>
    public static bool IsFileSystemError(Exception exception) => exception is IOException or UnauthorizedAccessException
        or System.Security.SecurityException;

    /// <summary>Someone else has the file open in a way that excludes us.</summary>
    public static bool IsHeldByOther(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult is WindowsSharingViolation or WindowsLockViolation
        : exception.HResult == (OperatingSystem.IsLinux() ? LinuxWouldBlock : MacWouldBlock);

    /// <summary>Something of that name exists already.</summary>
    public static bool IsThereAlready(IOException exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? WindowsAlreadyExists : UnixExists);

    /// <summary>The exception to throw instead.</summary>
    /// <param name="exception">What the operating system reported.</param>
    /// <param name="action">What was tried, as a verb: "read", "write".</param>
    /// <param name="path">Full path it happened to.</param>
    public static ShardyFusionException Translate(Exception exception, string action, string path)
    {
        var (kind, reason) = Classify(exception);
        return new ShardyFusionException(kind, $"Could not {action} '{path}': {reason}", exception) { Target = path };
    }

    /// <summary>What went wrong, as the end of a sentence.</summary>
    public static string Reason(Exception exception) => Classify(exception).Reason;

    static (ErrorKind Kind, string Reason) Classify(Exception exception) => exception switch
    {
        UnauthorizedAccessException or System.Security.SecurityException => (ErrorKind.StorageDenied, "the system denies access."),
        PathTooLongException => (ErrorKind.ConfigValidation, "the path or one of its names is too long for the file system."),
        FileNotFoundException => (ErrorKind.StorageNotFound, "there is no such file."),
        DirectoryNotFoundException => (ErrorKind.StorageNotFound, "a folder of the path does not exist, or is a file."),
        IOException when OperatingSystem.IsWindows() => exception.HResult switch
        {
            WindowsDiskFull or WindowsHandleDiskFull => (ErrorKind.StorageFull, "the disk is full."),
            WindowsWriteProtect => (ErrorKind.StorageDenied, "the disk is read-only."),
            _ => (ErrorKind.StorageTransient, exception.Message),
        },
        _ => exception.HResult switch
        {
            UnixNoSpace => (ErrorKind.StorageFull, "the disk is full."),
            UnixTooLargeForFileSystem => (ErrorKind.StorageFull, "the file is larger than the file system or the process limit allows."),
            LinuxQuota when OperatingSystem.IsLinux() => (ErrorKind.StorageFull, "the disk quota is used up."),
            MacQuota when OperatingSystem.IsMacOS() => (ErrorKind.StorageFull, "the disk quota is used up."),
            UnixReadOnlyFileSystem => (ErrorKind.StorageDenied, "the file system is read-only."),
            _ => (ErrorKind.StorageTransient, exception.Message),
        },
    };
}
