using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy multiget</summary>
static class MultigetCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("multiget", "Looks up several keys, grouped by shard; answers come in the order of the keys.");
        var keys = new Argument<string[]>("keys")
        {
            Description = "The keys; '-' reads them from standard input, one per line.",
            Arity = ArgumentArity.OneOrMore,
        };
        command.Add(keys);
        var read = new ReadOptions(command);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithReaderAsync(read.ReaderOf(run.Parsed),
            async reader =>
        {
            var texts = await ReadKeysAsync(run.Parsed.GetRequiredValue(keys), cancellationToken).ConfigureAwait(false);
            var context = read.Routing.Of(run.Parsed);
            var results = new (string Key, LookupResult? Result, string? Error)[texts.Count];
            var prepared = new List<PreparedKey>(texts.Count);
            var positions = new List<int>(texts.Count);
            for (var i = 0; i < texts.Count; i++)
            {
                var text = texts[i];
                results[i].Key = text;
                if (Prepare(reader, context, () => read.Keys.Parse(run.Parsed, text), out var key) is { } error)
                {
                    results[i].Error = error.Message;
                    run.WriteError(error, text);
                }
                else
                {
                    prepared.Add(key);
                    positions.Add(i);
                }
            }
            var found = await reader.GetManyAsync(prepared, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < found.Count; i++) results[positions[i]].Result = found[i];
            run.Write(new MultigetOutput(results, read.ValuesOf(run)));
            return prepared.Count < texts.Count || (read.IsStrict(run.Parsed) && found.Any(r => !r.Found)) ? 1 : 0;
        }, cancellationToken));
        return command;
    }

    /// <returns>Why no key of this snapshot can equal it; null when it is prepared.</returns>
    static ShardyFusionException? Prepare(SnapshotReader reader, RoutingContext? context, Func<object> parse, out PreparedKey key)
    {
        try
        {
            return reader.TryPrepareKey(parse(), context, out key, out var error) ? null : error;
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.ShardAssignment)
        {
            key = default;
            return e;
        }
    }

    static async Task<List<string>> ReadKeysAsync(string[] words, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        foreach (var word in words)
        {
            if (word != "-")
            {
                keys.Add(word);
                continue;
            }
            using var lines = new StreamReader(StandardStreams.Input(), leaveOpen: true);
            while (await lines.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is { } line)
                if (line.Length > 0) keys.Add(line);
        }
        return keys;
    }
}
