using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes run ids from the history of the prefix on the command line.</summary>
public sealed class RunIdCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => [entry.RunId];
}

/// <summary>Completes manifest refs from the history of the prefix on the command line.</summary>
public sealed class ManifestRefCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => [entry.ManifestRef];
}

/// <summary>Completes tags from the history of the prefix on the command line.</summary>
public sealed class TagCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => entry.Tags;
}

/// <summary>Completes what names a snapshot. Never fails, and stops looking after <see cref="TimeLimit"/>.</summary>
public abstract class SnapshotCompleter : IArgumentCompleter
{
    /// <summary>Most entries offered, newest first.</summary>
    const int EntryLimit = 50;

    static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" '\"`$;|&(){},=");

    static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(150);

    private protected SnapshotCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var word = (wordToComplete ?? "").Trim('\'', '"');
            return [.. Find(fakeBoundParameters)
                .SelectMany(entry => TextsOf(entry).Where(text => text.Contains(word, StringComparison.OrdinalIgnoreCase))
                    .Select(text => ToCompletion(entry, text)))];
        }
        catch (Exception)
        {
            // Whatever is wrong, the command itself will say so; a completer must stay silent.
            return [];
        }
    }

    private protected abstract IEnumerable<string> TextsOf(HistoryEntry entry);

    static List<HistoryEntry> Find(IDictionary parameters)
    {
        if (ResolvePrefix(parameters) is not { } prefix) return [];
        var connection = new StoreConnection
        {
            EndpointUrl = parameters["EndpointUrl"]?.ToString(),
            Region = parameters["Region"]?.ToString(),
            ProfileName = parameters["ProfileName"]?.ToString(),
            ForcePathStyle = parameters.Contains("ForcePathStyle") ? true : null,
        };
        var found = new List<HistoryEntry>();
        using var limit = new CancellationTokenSource(TimeLimit);
        var token = limit.Token;
        var search = Task.Run(async () =>
        {
            var store = SnapshotStore.Open(prefix, connection);
            await using (store.ConfigureAwait(false))
            {
                await foreach (var entry in store.GetHistoryAsync(EntryLimit, token).ConfigureAwait(false))
                {
                    lock (found) found.Add(entry);
                }
            }
        }, token);
        ((IAsyncResult)search).AsyncWaitHandle.WaitOne(TimeLimit);
        limit.Cancel();
        lock (found) return [.. found];
    }

    static string? ResolvePrefix(IDictionary parameters)
    {
        var prefix = parameters["Prefix"]?.ToString() ?? PrefixText.OfEnvironment;
        return string.IsNullOrWhiteSpace(prefix) ? null
            : PrefixText.IsUri(prefix) ? prefix
            : ResolvePath(prefix);
    }

    /// <summary>By a nested pipeline: the session's state is not open to a completer in any other way.</summary>
    static string? ResolvePath(string path)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])", useLocalScope: true)
            .AddArgument(path);
        return shell.Invoke<string>().FirstOrDefault();
    }

    static CompletionResult ToCompletion(HistoryEntry entry, string text)
    {
        var quoted = text.AsSpan().ContainsAny(NeedsQuotes) ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;
        var about = string.Create(CultureInfo.InvariantCulture,
            $"{entry.RunId}, {entry.PublishedAt:u}, {entry.RowCount:N0} rows{(entry.IsCurrent ? ", current" : "")}");
        return new CompletionResult(quoted, VisibleText.Escape(text == entry.ManifestRef ? entry.RunId : text),
            CompletionResultType.ParameterValue, VisibleText.Escape(about));
    }
}
