// Builds, tests and packages everything with the .NET SDK alone:
// dotnet run build.cs [build|prepare|test|test8|coverage [FILTER]|package|native|library|dist [TAG]|pester|format [check]|api|fuzz SECONDS]
#:property PublishAot=false
#:property EnforceCodeStyleInBuild=false
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

var root = Path.GetDirectoryName(Path.GetFullPath(GetSourcePath()))!;
Directory.SetCurrentDirectory(root);
var task = args.FirstOrDefault() ?? "test";
var totals = new Totals();
const string RocksDbPackage = "tools/RocksDbPackage";
switch (task.ToLowerInvariant())
{
    case "build": return Run("dotnet", "build", "ShardyFusion.slnx", "-c", "Release", "--nologo");
    case "package": return Package();
    case "native": return Native(out _);
    case "library": return Math.Max(Pack("ShardyFusion.Core", Path.Combine("artifacts", "packages")),
        Math.Max(Pack("ShardyFusion.Parquet", Path.Combine("artifacts", "packages")),
            Pack("ShardyFusion.RocksDb", Path.Combine("artifacts", "packages"))));
    case "dist": return Dist(args.ElementAtOrDefault(1));
    case "pester": return Package() != 0 ? Broken("package") : Finish(Pester());
    case "format": return Format(check: args.ElementAtOrDefault(1) == "check");
    case "api": return Api();
    case "fuzz": return Fuzz(args.ElementAtOrDefault(1) ?? "60");
    case "prepare": return Prepare();
    case "test": return Finish(Test());
    case "test8": return Finish(Test8(Path.Combine(root, "artifacts", "test-results")));
    case "coverage": return Coverage(args.ElementAtOrDefault(1));
    default:
        Console.Error.WriteLine($"'{task}' is no task; use build, prepare, test, test8, coverage, package, native, library, dist, "
            + "pester, format, api or fuzz.");
        return 2;
}

// The tests of the command wait for its processes most of the time, so all others run beside them. They run twice: on the command as one
// native file, and on .NET.
int Test()
{
    Prepare();
    if (Run("dotnet", "build", "ShardyFusion.slnx", "-c", "Release", "--nologo", "-v", "q") != 0) return Broken("build");
    if (Package() != 0) return Broken("package");
    var results = Path.Combine(root, "artifacts", "test-results");
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
    var lanes = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order()
        .ToLookup(project => project.EndsWith("Cli.Tests.csproj", StringComparison.Ordinal));
    var command = Task.Run(() => lanes[true].Max(project => Math.Max(TestNative(project, results), TestProject(project, results))));
    var others = Task.Run(() => Math.Max(lanes[false].Max(project => TestProject(project, results)),
        Math.Max(Test8(results), Pester())));
    return Math.Max(command.Result, others.Result);
}

// Unpacks, without any rights, the servers that the tests run; and says at the start what will be left out, which the skips at the end say
// once more.
int Prepare()
{
    if (!OperatingSystem.IsLinux()) return 0;
    foreach (var server in new[] { "ceph-rgw", "swift-s3api", "s3rver", "azurite", "postgres" })
        if (Run("bash", Path.Combine("tests", "tools", $"{server}.sh"), "install") != 0)
            Console.WriteLine($"LEFT OUT: tests on {server}, which could not be fetched (tests/tools/{server}.sh install says why).");
    var missing = File.ReadLines(Path.Combine("tests", "tools", "packages.txt")).Where(line => !line.StartsWith('#'))
        .Select(line => line.Split('\t')).Where(package => !IsThere(package[0], package[1])).ToList();
    foreach (var what in missing.Select(package => package[2]).Distinct()) Console.WriteLine($"LEFT OUT: {what}.");
    if (missing.Count > 0)
        Console.WriteLine($"To leave nothing out: sudo apt-get install {string.Join(' ', missing.Select(package => package[0]))}");
    return 0;
}

bool IsThere(string package, string file) => File.Exists(file) || (package == "npm" && Capture("npm", "--version").Code == 0);

int TestNative(string project, string results)
{
    if (Native(out var shardy) != 0)
    {
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 }) return Broken("the native file");
        totals.SkipSuite(
            $"{Path.GetFileNameWithoutExtension(project)} on the native file: it could not be made. It needs a C compiler and zlib's "
                + "headers (Debian: apt-get install gcc zlib1g-dev).");
        return 0;
    }
    return TestProject(project, results, shardy);
}

// With another command than the one that was built beside the tests, when one is named.
int TestProject(string project, string results, string? shardy = null)
{
    var name = Path.GetFileNameWithoutExtension(project) + (shardy is null ? "" : ".Native");
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"== {name}");
    string[] other = shardy is null ? [] : ["-e", $"SHARDYFUSION_TEST_SHARDY={shardy}"];
    var code = RunNamed(name, "dotnet", ["test", project, "-c", "Release", "--no-build", "--nologo", "-v", "q",
        "--logger", $"trx;LogFileName={name}.trx", "--results-directory", results, .. other]);
    var trx = Path.Combine(results, name + ".trx");
    if (!File.Exists(trx)) return Broken(name);
    totals.AddTrx(trx);
    Console.WriteLine($"== {name} took {clock.Elapsed.TotalSeconds:0} s");
    return code == 0 ? 0 : 1;
}

// Tests of the core on .NET 8, which their build brings: formats, routing, tables, rows in, whole builds and reads on a disk. The others
// are left to .NET 10: their code is the same, and most of their time goes to servers and processes.
int Test8(string results)
{
    const string name = "ShardyFusion.Core.Tests.Net8";
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"== {name}");
    if (Run("dotnet", "build", Path.Combine("tests", name), "-c", "Release", "--nologo", "-v", "q") != 0) return Broken(name);
    var folder = Path.Combine(root, "tests", name, "bin", "Release", "net8.0", Property(Path.Combine("tests", name), "RuntimeIdentifier"));
    var trx = Path.Combine(results, name + ".trx");
    Directory.CreateDirectory(results);
    File.Delete(trx);
    string[] chosen = ["Formats.*", "Routing.*", "Hashing.*", "Figures.*", "Golden.*", "Shards.Sst.Format.*", "Shards.Sst.Writing.*",
        "Shards.Sst.Reading.GoldenTableTests", "Shards.Sst.Reading.MappedShardTests", "Shards.Sst.Reading.RemoteShardTests",
        "Stores.FileObjectStoreContractTests", "Building.Input.*", "Building.SnapshotBuildTests", "Reading.SnapshotReaderTests",
        "RocksDb.*"];
    var code = RunNamed(name, Path.Combine(folder, "ShardyFusion.Core.Tests"),
        [.. chosen.SelectMany(tests => new[] { "-class", $"ShardyFusion.Core.Tests.{tests}" }), "-trx", trx]);
    if (!File.Exists(trx)) return Broken(name);
    totals.AddTrx(trx);
    Console.WriteLine($"== {name} took {clock.Elapsed.TotalSeconds:0} s");
    return code == 0 ? 0 : 1;
}

// What the tests of the core reach of it, a folder a line; a filter as that of "dotnet test" takes some of them only. What runs in
// processes that tests start is not counted.
int Coverage(string? filter)
{
    var project = Path.Combine("tests", "ShardyFusion.Core.Tests");
    if (Run("dotnet", "build", project, "-c", "Release", "--nologo", "-v", "q") != 0) return Broken("build");
    var results = Path.Combine(root, "artifacts", "coverage");
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
    string[] chosen = filter is null ? [] : ["--filter", filter];
    var code = Run("dotnet", ["test", project, "-c", "Release", "--no-build", "--nologo", "-v", "q", "--results-directory", results,
        "--collect", "XPlat Code Coverage", .. chosen, "--",
        "DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include=[ShardyFusion.Core]*"]);
    var report = Directory.Exists(results)
        ? Directory.GetFiles(results, "coverage.cobertura.xml", SearchOption.AllDirectories).SingleOrDefault() : null;
    if (report is null) return Broken("coverage");
    new CoverageTable(report).Write();
    return code;
}

int Fuzz(string seconds)
{
    Environment.SetEnvironmentVariable("SHARDYFUSION_FUZZ_SECONDS", seconds);
    return Run("dotnet", "run", "--project", Path.Combine("tests", "ShardyFusion.Core.Tests"), "-c", "Release", "--", "-class",
        "*FuzzTests", "-showLiveOutput");
}

// On the newest PowerShell, and on an older one, too, where SHARDYFUSION_TEST_PWSH74 names it: the module has an assembly for each.
int Pester()
{
    var code = PesterOn("Module (Pester)", FindPowerShell());
    if (Environment.GetEnvironmentVariable("SHARDYFUSION_TEST_PWSH74") is not { Length: > 0 } older) return code;
    if (VersionOf(older) is not { Major: 7, Minor: 4 } version)
    {
        totals.FailSuite($"SHARDYFUSION_TEST_PWSH74 names '{older}', which is no PowerShell 7.4.");
        return 1;
    }
    return Math.Max(code, PesterOn($"Module (Pester) on PowerShell {version}", older));
}

int PesterOn(string name, string? pwsh)
{
    var tests = Path.Combine(root, "tests", "Module");
    var clock = Stopwatch.StartNew();
    Console.WriteLine($"== {name}");
    if (pwsh is null)
    {
        totals.SkipSuite(
            "the Pester suite: no PowerShell 7.6 or newer was found, and none could be installed as a .NET tool. "
                + "Put 'pwsh' on PATH to run it.");
        return 0;
    }
    var pester = FindPester(pwsh);
    if (pester is null)
    {
        totals.SkipSuite(
            "the Pester suite: PowerShell is there, the Pester module (5.5 or newer, below 6) is not, and its package could not be had. "
                + "Run: Install-Module Pester -Scope CurrentUser");
        return 0;
    }
    var result = Path.Combine(root, "artifacts", "pester.json");
    File.Delete(result);
    var script = $$"""
        Import-Module '{{pester}}' -MinimumVersion 5.5 -MaximumVersion 5.999
        $c = New-PesterConfiguration
        $c.Run.Path = '{{tests}}'; $c.Run.PassThru = $true; $c.Output.Verbosity = 'Normal'
        $r = Invoke-Pester -Configuration $c
        [ordered]@{
            passed = $r.PassedCount
            failed = $r.FailedCount + $r.FailedBlocksCount + $r.FailedContainersCount
            skipped = @(@($r.Skipped) + @($r.NotRun) | ForEach-Object { $_.ExpandedPath })
            failures = @(@($r.Failed) + @($r.FailedBlocks) + @($r.FailedContainers) | ForEach-Object {
                [ordered]@{ name = $_.ExpandedPath ?? "$($_.Item)"; message = "$($_.ErrorRecord | Select-Object -First 1)" } })
        } | ConvertTo-Json | Set-Content -LiteralPath '{{result}}'
        """;
    RunNamed("Pester", pwsh, "-NoProfile", "-NonInteractive", "-Command", script);
    Console.WriteLine($"== {name} took {clock.Elapsed.TotalSeconds:0} s");
    if (!File.Exists(result)) return Broken("Pester");
    return totals.AddPester(result) == 0 ? 0 : 1;
}

// What .editorconfig says, mended; or, with "check", only looked for. Style and analyzers are errors of every build already, so that a
// check of the white space is left, which takes seconds.
int Format(bool check) => check
    ? Run("dotnet", "format", "whitespace", "ShardyFusion.slnx", "--verify-no-changes")
    : Run("dotnet", "format", "ShardyFusion.slnx", "--severity", "warn");

// Writes down what is public in the library and was not in a release: what the analyzer misses once nothing is written down.
int Api()
{
    var listed = Path.Combine(root, "ShardyFusion.Core", "PublicAPI.Unshipped.txt");
    var before = File.Exists(listed) ? File.ReadAllText(listed) : "";
    File.WriteAllText(listed, "#nullable enable\n");
    Environment.SetEnvironmentVariable("DOTNET_CLI_UI_LANGUAGE", "en");
    var (_, output) = Capture("dotnet", "build", "ShardyFusion.Core", "-c", "Release", "--nologo", "--no-incremental",
        "-p:RunAnalyzers=true");
    var errors = output.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal))
        .ToLookup(line => line.Contains(": error RS0016:", StringComparison.Ordinal));
    if (errors[false].Any())
    {
        File.WriteAllText(listed, before);
        foreach (var error in errors[false].Distinct()) Console.Error.WriteLine(error);
        return Broken("the library");
    }
    var symbols = errors[true].Select(line => Regex.Match(line, "Symbol '(.+)' is not part of the declared public API").Groups[1].Value)
        .ToHashSet().Order(StringComparer.Ordinal).ToList();
    File.WriteAllLines(listed, ["#nullable enable", .. symbols]);
    Console.WriteLine($"{symbols.Count} public members are written down in {Path.GetRelativePath(root, listed)}.");
    return 0;
}

int Package() => Run("dotnet", "build", Path.Combine("ShardyFusion.Cmdlets", "ShardyFusion.Cmdlets.csproj"), "-c", "Release", "--nologo",
    "-v", "q", "-t:PackageModule") is not 0 and var broken ? broken : Run("dotnet", "build", RocksDbPackage, "-c", "Release", "--nologo",
    "-v", "q", "-restore", "-t:PackageNatives");

// The command as one file that needs no .NET, for the platform it is made on.
int Native(out string shardy)
{
    var folder = Path.Combine(root, "artifacts", "native", RuntimeInformation.RuntimeIdentifier);
    shardy = Path.Combine(folder, OperatingSystem.IsWindows() ? "shardy.exe" : "shardy");
    var code = Run("dotnet", "publish", "ShardyFusion.Cli", "-c", "Release", "--nologo", "-v", "q", "-o", folder,
        "-r", RuntimeInformation.RuntimeIdentifier, "-p:PublishAot=true");
    if (code == 0) Console.WriteLine($"{Path.GetRelativePath(root, shardy)}: {new FileInfo(shardy).Length / 1e6:0.0} MB");
    return code;
}

int Pack(string project, string folder) => Run("dotnet", "pack", project, "-c", "Release", "--nologo", "-v", "q", "-o", folder,
    "-p:ContinuousIntegrationBuild=true");

// All that a release ships, in artifacts/dist: the module (package, zip), the command (.NET tool, native files), the library,
// notices, bill of materials, checksums. Native files of other platforms, made there, are taken from artifacts/native.
// A tag, when one is named, must be that of the version.
int Dist(string? tag)
{
    var dist = Path.Combine(root, "artifacts", "dist");
    if (Directory.Exists(dist)) Directory.Delete(dist, recursive: true);
    Directory.CreateDirectory(dist);
    if (Package() != 0) return Broken("package");
    var version = Property("ShardyFusion.Cli", "Version");
    if (tag is not null && tag != $"v{version}")
    {
        Console.Error.WriteLine($"The tag '{tag}' is not that of version {version}. Change VersionPrefix in "
            + "Directory.Build.props or the tag.");
        return 2;
    }
    var packageFolders = Property("ShardyFusion.Cli", "NuGetPackageFolders");
    var module = Path.Combine(root, "artifacts", "ShardyFusion");
    var dependencies = new[]
    {
        Path.Combine(module, "lib", "net8.0", "ShardyFusion.Cmdlets.deps.json"),
        Path.Combine(module, "lib", "net10.0", "ShardyFusion.Cmdlets.deps.json"),
        Path.Combine(root, "ShardyFusion.Cli", "bin", "Release", "net10.0", "shardy.deps.json"),
    };
    var helper = Path.Combine("tools", "HelpBuilder", "bin", "Release", "net10.0", "HelpBuilder.dll");
    var notices = Path.Combine(dist, "THIRD-PARTY-NOTICES.txt");
    // The command ships all that the module does and the packages of its own face, so its notices are those of the whole.
    if (Run("dotnet", "build", "ShardyFusion.Cli", "-c", "Release", "--nologo", "-v", "q") != 0
        || Run("dotnet", helper, "notices", packageFolders, Path.Combine("tools", "HelpBuilder", "Licenses"), notices,
            dependencies[^1]) != 0
        || Run("dotnet", ["pack", "ShardyFusion.Cli", "-c", "Release", "--nologo", "-v", "q", "-o", dist,
            "-p:ContinuousIntegrationBuild=true", $"-p:Notices={notices}"]) != 0
        || Pack("ShardyFusion.Core", dist) != 0
        || Pack("ShardyFusion.Parquet", dist) != 0
        || Pack("ShardyFusion.RocksDb", dist) != 0
        || Pack("ShardyFusion.Postgres", dist) != 0
        || Pack(Path.Combine("tools", "ModulePackage"), dist) != 0
        || Pack(RocksDbPackage, dist) != 0
        || Run("dotnet", [helper, "materials", version, packageFolders, Path.Combine(dist, "bom.cdx.json"), .. dependencies]) != 0)
        return Broken("dist");
    if (Native(out _) != 0) return Broken("the native file");
    var manual = Path.Combine(root, "artifacts", "shardy.1");
    File.WriteAllText(manual, Capture("dotnet", Path.ChangeExtension(dependencies[^1], null)[..^".deps".Length] + ".dll", "man").Output);
    foreach (var folder in Directory.GetDirectories(Path.Combine(root, "artifacts", "native")))
        Archive(folder, [manual, notices, "LICENSE"], Path.Combine(dist, $"shardy-{version}-{Path.GetFileName(folder)}"));
    ZipFile.CreateFromDirectory(module, Path.Combine(dist, $"ShardyFusion-{version}.zip"), CompressionLevel.SmallestSize,
        includeBaseDirectory: true);
    var sums = Directory.GetFiles(dist).Order(StringComparer.Ordinal)
        .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}").ToList();
    File.WriteAllText(Path.Combine(dist, "SHA256SUMS"), string.Join('\n', sums) + "\n");
    Console.WriteLine($"artifacts/dist holds {sums.Count} files and their checksums.");
    return 0;
}

// A native file with its manual and licences, as its platform's people unpack it.
static void Archive(string folder, string[] beside, string path)
{
    var files = Directory.GetFiles(folder, "shardy*").Concat(beside).ToList();
    if (Path.GetFileName(folder).StartsWith("win", StringComparison.Ordinal))
    {
        using var zip = ZipFile.Open(path + ".zip", ZipArchiveMode.Create);
        foreach (var file in files) zip.CreateEntryFromFile(file, Path.GetFileName(file), CompressionLevel.SmallestSize);
        return;
    }
    const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode executable = readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    using var tar = new TarWriter(new GZipStream(File.Create(path + ".tar.gz"), CompressionLevel.SmallestSize));
    foreach (var file in files)
    {
        using var content = File.OpenRead(file);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, Path.GetFileName(file))
        {
            DataStream = content,
            Mode = Path.GetFileName(file) == "shardy" ? executable : readable,
        });
    }
}

string Property(string project, string name) => Capture("dotnet", "msbuild", project, $"-getProperty:{name}").Output.Trim();

int Finish(int code)
{
    foreach (var skip in totals.SkippedSuites) Console.WriteLine($"SKIPPED {skip}");
    foreach (var failure in totals.Failures) Console.WriteLine($"FAILED {failure}");
    Console.WriteLine($"{totals.Passed} passed, {totals.Failed} failed, {totals.Skipped} skipped");
    return code != 0 || totals.Failed > 0 ? 1 : 0;
}

int Broken(string what)
{
    Console.Error.WriteLine($"{what} broke before its results could be counted.");
    totals.FailSuite($"{what}: it broke before its results could be counted.");
    return 1;
}

string? FindPowerShell()
{
    if (VersionOf("pwsh") is { } version && version >= new Version(7, 6)) return "pwsh";
    var tools = Path.Combine(root, "artifacts", "tools");
    var local = Path.Combine(tools, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh");
    if (!File.Exists(local)) Run("dotnet", "tool", "install", "PowerShell", "--version", "7.6.*", "--tool-path", tools);
    return File.Exists(local) && VersionOf(local) is { } installed && installed >= new Version(7, 6) ? local : null;
}

Version? VersionOf(string pwsh)
{
    var (code, output) = Capture(pwsh, "-NoProfile", "-Command", "$v = $PSVersionTable.PSVersion; \"$($v.Major).$($v.Minor).$($v.Patch)\"");
    return code == 0 && Version.TryParse(output.Trim(), out var version) ? version : null;
}

// An installed module, or else the package's. Pester 6 has another configuration.
string? FindPester(string pwsh)
{
    const string look =
        "if (-not (Get-Module Pester -ListAvailable | Where-Object { $_.Version -ge '5.5' -and $_.Version -lt '6.0' })) { exit 1 }";
    if (Capture(pwsh, "-NoProfile", "-Command", look).Code == 0) return "Pester";
    var packages = Path.Combine(root, "artifacts", "tools", "packages");
    Run("dotnet", "restore", Path.Combine("tools", "Pester", "Pester.csproj"), "-v", "q", $"-p:RestorePackagesPath={packages}");
    return Directory.Exists(packages) ? Directory.GetFiles(packages, "Pester.psd1", SearchOption.AllDirectories).FirstOrDefault() : null;
}

int Run(string file, params string[] arguments) => Start(file, arguments, null, null);

// Its lines carry its name, because another suite writes beside it.
int RunNamed(string name, string file, params string[] arguments)
{
    void Show(string line)
    {
        if (!string.IsNullOrWhiteSpace(line)) Console.WriteLine($"{name}: {line}");
    }
    return Start(file, arguments, Show, Show);
}

(int Code, string Output) Capture(string file, params string[] arguments)
{
    var output = new StringBuilder();
    return (Start(file, arguments, line => output.AppendLine(line), _ => { }), output.ToString());
}

// Without takers of lines the process writes to this one's terminal.
int Start(string file, string[] arguments, Action<string>? onOutput, Action<string>? onError)
{
    try
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = onOutput is not null,
            RedirectStandardError = onError is not null })!;
        process.OutputDataReceived += (_, line) => onOutput?.Invoke(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => onError?.Invoke(line.Data ?? "");
        if (onOutput is not null) process.BeginOutputReadLine();
        if (onError is not null) process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return 127;
    }
}

static string GetSourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

sealed class Totals
{
    readonly Lock gate = new();

    public int Passed, Failed, Skipped;
    public List<string> SkippedSuites { get; } = [];

    public void SkipSuite(string why)
    {
        lock (gate)
        {
            Skipped++;
            SkippedSuites.Add(why);
        }
    }

    /// <summary>Suite, test, and the first line of what it says.</summary>
    public List<string> Failures { get; } = [];

    public void FailSuite(string why)
    {
        lock (gate)
        {
            Failed++;
            Failures.Add(why);
        }
    }

    public void AddTrx(string path)
    {
        using var turn = gate.EnterScope();
        var document = XDocument.Load(path);
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        foreach (var result in document.Descendants(ns + "UnitTestResult"))
        {
            foreach (var line in (result.Descendants(ns + "StdOut").FirstOrDefault()?.Value ?? "").Split('\n'))
                if (line.StartsWith("counts: ", StringComparison.Ordinal)) Console.WriteLine(line.TrimEnd());
            switch ((string?)result.Attribute("outcome"))
            {
                case "Passed": Passed++; break;
                case "NotExecuted":
                    Skipped++;
                    SkippedSuites.Add(
                        $"{result.Attribute("testName")?.Value}: {result.Descendants(ns + "Message").FirstOrDefault()?.Value}");
                    break;
                default:
                    Failed++;
                    AddFailure(Path.GetFileNameWithoutExtension(path), (string?)result.Attribute("testName"),
                        result.Descendants(ns + "Message").FirstOrDefault()?.Value);
                    break;
            }
        }
    }

    public int AddPester(string path)
    {
        using var turn = gate.EnterScope();
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var failed = document.RootElement.GetProperty("failed").GetInt32();
        Passed += document.RootElement.GetProperty("passed").GetInt32();
        Failed += failed;
        foreach (var skipped in document.RootElement.GetProperty("skipped").EnumerateArray()) SkipSuite(skipped.GetString()!);
        foreach (var failure in document.RootElement.GetProperty("failures").EnumerateArray())
            AddFailure("Pester", failure.GetProperty("name").GetString(), failure.GetProperty("message").GetString());
        return failed;
    }

    // The first line says what was compared, the next two what was expected and what came.
    void AddFailure(string suite, string? test, string? message)
    {
        var lines = (message ?? "").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
        Failures.Add($"{suite}: {test}: {string.Join(' ', lines.Take(3))}");
    }
}

/// <summary>Sums a Cobertura report up by folder.</summary>
sealed class CoverageTable(string report)
{
    public void Write()
    {
        // A line may stand in several classes of a file, such as a method and its state machine: the one that ran counts.
        var lines = XDocument.Load(report).Descendants("class").SelectMany(type => type.Element("lines")!.Elements("line")
            .Select(line => (File: type.Attribute("filename")!.Value.Replace('\\', '/'), Line: line)))
            .Where(found => !found.File.StartsWith("obj/", StringComparison.Ordinal))
            .GroupBy(found => (found.File, Number: (int)found.Line.Attribute("number")!))
            .Select(same => (same.Key.File, IsHit: same.Any(found => (long)found.Line.Attribute("hits")! > 0),
                Branches: same.Select(found => Branches(found.Line)).MaxBy(branches => (branches.All, branches.Hit)))).ToList();
        Console.WriteLine($"{"folder",-28} {"lines",7} {"covered",8} {"branches",9} {"covered",8}");
        var folders = lines.GroupBy(line => Path.GetDirectoryName(line.File)!);
        foreach (var folder in folders.OrderBy(folder => folder.Key, StringComparer.Ordinal))
            Write(folder.Key.Length == 0 ? "." : folder.Key, [.. folder]);
        Write("all", lines);
    }

    static void Write(string name, List<(string File, bool IsHit, (int Hit, int All) Branches)> lines)
    {
        var (hit, all) = (lines.Sum(line => line.Branches.Hit), lines.Sum(line => line.Branches.All));
        var covered = lines.Count(line => line.IsHit);
        Console.WriteLine($"{name,-28} {lines.Count,7} {Share(covered, lines.Count),8} {all,9} {Share(hit, all),8}");
    }

    static string Share(int part, int whole) =>
        whole == 0 ? "-" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");

    // As in condition-coverage="50% (1/2)".
    static (int Hit, int All) Branches(XElement line) =>
        Regex.Match((string?)line.Attribute("condition-coverage") ?? "", @"\((\d+)/(\d+)\)") is { Success: true } found
            ? (Number(found.Groups[1]), Number(found.Groups[2])) : default;

    static int Number(Group digits) => int.Parse(digits.Value, System.Globalization.CultureInfo.InvariantCulture);
}
