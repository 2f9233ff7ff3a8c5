namespace ShardyFusion.Cli.CommandLine;

/// <summary>Texts that are part of the program.</summary>
static class Embedded
{
    /// <summary>Reads one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(typeof(Embedded).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without {name}."));
        return await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
