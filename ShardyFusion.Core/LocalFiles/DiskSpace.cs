namespace ShardyFusion.LocalFiles;

/// <summary>Room on a volume.</summary>
/// <param name="FreeBytes">Bytes that this user may still write.</param>
/// <param name="TotalBytes">Size of the volume.</param>
sealed record DiskSpace(long FreeBytes, long TotalBytes)
{
    /// <summary>The size of volume that a percentage is meant for.</summary>
    const double NormalBytes = 20.0 * (1L << 30);

    /// <summary>1 would ask for the same percentage of every volume, 0 for the same number of bytes.</summary>
    const double Scaling = 0.8;

    /// <summary>Never more than this part of a volume, however small it is.</summary>
    const double MostOfAVolume = 0.5;

    /// <summary>The volume of a folder; of the nearest folder above it while it does not exist.</summary>
    /// <exception cref="IOException">The volume cannot be asked.</exception>
    public static DiskSpace Of(string folder)
    {
        var existing = new DirectoryInfo(Path.GetFullPath(folder));
        while (!existing.Exists && existing.Parent is { } parent)
            existing = parent;
        var volume = new DriveInfo(existing.FullName);
        return new DiskSpace(volume.AvailableFreeSpace, volume.TotalSize);
    }

    /// <summary>Bytes that should be free: a percentage that falls as the volume grows, since what fills a disk does not grow with it, or a
    /// number of bytes if that is more.</summary>
    /// <param name="percent">Percentage of a volume of 20 GiB. A volume 32 times as large needs half of that percentage.</param>
    /// <param name="leastBytes">Bytes on any volume; null for no such limit.</param>
    public long RequiredBytes(double percent, long? leastBytes)
    {
        var scaled = TotalBytes <= 0 ? 0 : percent / 100 * Math.Pow(TotalBytes / NormalBytes, Scaling - 1);
        // Someone who asks for more than half means it.
        var part = Math.Min(scaled, Math.Max(MostOfAVolume, percent / 100));
        return Math.Max((long)(part * TotalBytes), leastBytes ?? 0);
    }
}
