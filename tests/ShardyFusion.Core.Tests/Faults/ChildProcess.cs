using System.Diagnostics;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A static method of this assembly running in a process of its own, to be talked to by lines and killed at any moment.</summary>
/// <remarks>The method has the shape <c>static Task&lt;int&gt; Name(string[] args)</c>; its return value is the exit code.</remarks>
sealed class ChildProcess : IAsyncDisposable
{
    static readonly bool BringsRuntime = File.Exists(Path.Combine(AppContext.BaseDirectory, "System.Private.CoreLib.dll"));

    readonly Process process;

    ChildProcess(Process process) => this.process = process;

    /// <summary>Starts <paramref name="program"/>, which must be a named static method.</summary>
    public static ChildProcess Start(Func<string[], Task<int>> program, params string[] args) =>
        Start(program, new Dictionary<string, string>(), args);

    /// <summary>Starts <paramref name="program"/> with variables of its own; an empty one is taken away.</summary>
    public static ChildProcess Start(Func<string[], Task<int>> program, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var assembly = typeof(ChildProcess).Assembly.Location;
        var own = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        // Tests that bring their runtime have a program that starts it.
        var start = new ProcessStartInfo(BringsRuntime ? own : "dotnet", BringsRuntime ? args : ["exec", assembly, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [TestProgram.MethodVariable] = $"{program.Method.DeclaringType!.FullName}.{program.Method.Name}" },
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value.Length == 0 ? null : value;
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Waits for one line of its output; null at its end.</summary>
    public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>Sends it one line.</summary>
    public async Task WriteLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Ends it as <c>kill -9</c> does: no handler, no finally block, no flush.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for its end and returns the exit code.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }
}
