using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>Gives a process another clock than the kernel has, by libfaketime.</summary>
static class WrongClock
{
    static readonly string? Library = new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" }.Select(static machine =>
        $"/usr/lib/{machine}/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    /// <summary>11 minutes is what a store still accepts, 25 hours more than a cleanup's grace, 400 days more than anything is
    /// kept.</summary>
    public static readonly string[] Skews = ["+11m", "-11m", "+25h", "-25h", "+400d", "-400d"];

    /// <summary>Ends the test where there is no such library.</summary>
    public static void Require()
    {
        if (Library is null)
            ServerScript.GiveUp("No libfaketime, so that no process can have another clock. Install Debian's package faketime.");
    }

    /// <summary>What a process has to find in its environment.</summary>
    /// <param name="skew">As in <c>+25h</c>; empty for the right time.</param>
    /// <param name="more">Other variables.</param>
    public static Dictionary<string, string> Environment(string skew, IReadOnlyDictionary<string, string>? more = null)
    {
        var variables = new Dictionary<string, string>(more ?? new Dictionary<string, string>());
        if (skew.Length == 0) return variables;
        variables["LD_PRELOAD"] = Library!;
        variables["FAKETIME"] = skew;
        // Files have the times that the file system gave them, and what waits waits as long as ever.
        variables["NO_FAKE_STAT"] = "1";
        variables["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        return variables;
    }
}
