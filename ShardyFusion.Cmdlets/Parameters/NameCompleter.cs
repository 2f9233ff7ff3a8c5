using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes names. Never fails and never keeps anybody waiting; names that are still being looked for are said to be.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" '\"`$;|&(){},=");

    private protected NameCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var word = (wordToComplete ?? "").Trim('\'', '"');
            var (names, isWhole) = NamesOf(new CompletionRequest(commandAst, fakeBoundParameters));
            var results = names.DistinctBy(name => name.Text).Where(name => name.Text.Contains(word, StringComparison.OrdinalIgnoreCase))
                .Select(ToCompletion).ToList();
            if (!isWhole) results.Add(StillLooking(word));
            return results;
        }
        catch (Exception)
        {
            // Whatever is wrong, the command itself will say so; a completer must stay silent.
            return [];
        }
    }

    /// <summary>The names, best first, and whether that is all of them.</summary>
    private protected abstract (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request);

    static CompletionResult ToCompletion(CompletionName name)
    {
        var quoted = name.Text.AsSpan().ContainsAny(NeedsQuotes) ? $"'{name.Text.Replace("'", "''", StringComparison.Ordinal)}'"
            : name.Text;
        return new CompletionResult(quoted, VisibleText.Escape(name.Short ?? name.Text), CompletionResultType.ParameterValue,
            VisibleText.Escape(name.About));
    }

    // The word stays what it is; a blank where there is none yet, for the text must not be empty.
    static CompletionResult StillLooking(string word) => new(word.Length == 0 ? " " : word, "…", CompletionResultType.Text,
        "The store has not answered yet. The search goes on: press Tab again.");
}
