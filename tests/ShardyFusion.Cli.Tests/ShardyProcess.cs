using System.Diagnostics;
using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

/// <summary>Runs the built program.</summary>
static class ShardyProcess
{
    /// <summary>The built one; or another, the native file for one, that SHARDYFUSION_TEST_SHARDY names.</summary>
    public static readonly string Program = Environment.GetEnvironmentVariable("SHARDYFUSION_TEST_SHARDY") is { Length: > 0 } named ? named
        : Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "shardy.exe" : "shardy");

    public sealed record Result(int ExitCode, string Out, string Error)
    {
        /// <summary>Standard output as one JSON object.</summary>
        public JsonElement Json => Parse(Out);

        /// <summary>The last line of standard error as a JSON object.</summary>
        public JsonElement ErrorJson => Parse(Error.TrimEnd().Split('\n')[^1]);

        public override string ToString() => $"exit {ExitCode}\n{Out}\n{Error}";

        static JsonElement Parse(string text)
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
    }

    public static Task<Result> RunAsync(params string[] args) => RunWithAsync(null, null, args);

    public static async Task<Result> RunWithAsync(string? input, IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        using var process = Start(environment, args);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    public static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        var start = new ProcessStartInfo(Program, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            StandardErrorEncoding = System.Text.Encoding.UTF8,
        };
        start.Environment.Remove("SHARDYFUSION_PREFIX");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Result> FinishAsync(Process process)
    {
        var token = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return new Result(process.ExitCode, await output, await error);
    }
}
