using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ShardyFusion.Benchmarks;

/// <summary>The packaged module beside the bare pipeline: piped rows, piped keys, import. The rounds are those of
/// Measure-Module.ps1.</summary>
sealed class ModuleBenchmark(Report report, int rounds)
{
    const int Rows = 1_000_000, Keys = 100_000;

    public void Run()
    {
        if (Repository.Find("artifacts", "ShardyFusion") is null || Repository.Find("benchmarks", "Measure-Module.ps1") is not { } script)
        {
            Console.Error.WriteLine("The module is left out: package it first with 'dotnet run build.cs package'.");
            return;
        }
        if (Measure(script) is not { } times) return;
        Note($"{Rows:N0} piped rows", "M rows/s", "rows", seconds => Rows / seconds / 1e6);
        Note($"{Keys:N0} piped keys", "M keys/s", "lookups", seconds => Keys / seconds / 1e6);
        Note("import of the module", "ms", "import", milliseconds => milliseconds);

        void Note(string task, string unit, string name, Func<double, double> figure)
        {
            foreach (var time in times["bare" + name]) report.Of(task, "bare PowerShell", unit).Add(figure(time));
            foreach (var time in times[name]) report.Of(task, "ShardyFusion", unit).Add(figure(time));
        }
    }

    Dictionary<string, double[]>? Measure(string script)
    {
        try
        {
            string[] arguments = ["-NoProfile", "-NonInteractive", "-File", script, "-RowCount", Text(Rows), "-KeyCount", Text(Keys),
                "-Rounds", Text(rounds), "-AsJson"];
            using var process = Process.Start(new ProcessStartInfo("pwsh", arguments) { RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{script} ended with {process.ExitCode}.");
            var measured = JsonSerializer.Deserialize<Dictionary<string, double[]>>(output.Split('\n',
                StringSplitOptions.RemoveEmptyEntries)[^1])!;
            return new Dictionary<string, double[]>(measured, StringComparer.OrdinalIgnoreCase);
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine("The module is left out: there is no pwsh on the path.");
            return null;
        }
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
