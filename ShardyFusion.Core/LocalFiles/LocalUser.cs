namespace ShardyFusion.LocalFiles;

/// <summary>Whose work this process does, as events and marks name it.</summary>
static class LocalUser
{
    const string Nobody = "unknown";

    /// <summary>The account's name.</summary>
    public static string Name { get; } = NameOf(static () => Environment.UserName);

    /// <summary>What is asked for the name fails in a container without a list of accounts; nothing should end for that.</summary>
    public static string NameOf(Func<string> ask)
    {
        try
        {
            if (ask() is { Length: > 0 } name) return name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Then what the environment says.
        }
        var variable = OperatingSystem.IsWindows() ? "USERNAME" : "USER";
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } said ? said : Nobody;
    }
}
