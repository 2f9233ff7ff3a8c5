using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ShardyFusion.Errors;

namespace ShardyFusion.RocksDb.Native;

/// <summary>Finds RocksDB's native library, which comes in a package of its own. Safe for concurrent callers.</summary>
/// <remarks>Only named places are looked into, never the current folder: whoever may write there would decide what runs.</remarks>
static class LibraryFinder
{
    /// <summary>The environment variable that names the library, or the folder of its package.</summary>
    public const string Variable = "SHARDYFUSION_ROCKSDB";

    /// <summary>The module package that brings the library.</summary>
    const string Package = "ShardyFusion.RocksDb.Native";

    static readonly Lazy<nint> Library = new(Load);

    /// <summary>Makes the library ready to be called.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it is not there, or does not load.</exception>
    public static void Require() => _ = Library.Value;

    static nint Load()
    {
        if (Path is not { } path) throw Missing();
        if (!NativeLibrary.TryLoad(path, out var library)) throw Unloadable(path);
        NativeLibrary.SetDllImportResolver(typeof(LibraryFinder).Assembly,
            (name, _, _) => name == RocksLibrary.Name ? library : nint.Zero);
        return library;
    }

    /// <summary>The library's file; null when it is nowhere.</summary>
    static string? Path => Candidates().FirstOrDefault(File.Exists);

    static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return Directory.Exists(named) ? InFolder(named) : [named];
        return Folders().SelectMany(InFolder);
    }

    /// <summary>Beside the program or the module's assemblies, and where PowerShell keeps modules.</summary>
    static IEnumerable<string> Folders()
    {
        yield return AppContext.BaseDirectory;
        var own = OwnFolder();
        if (!string.IsNullOrEmpty(own)) yield return own;
        var version = typeof(LibraryFinder).Assembly.GetName().Version!.ToString(3);
        foreach (var modules in ModuleFolders(own))
        {
            yield return System.IO.Path.Combine(modules, Package, version);
            yield return System.IO.Path.Combine(modules, Package);
        }
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Nothing is fine: the program's folder is looked into first.")]
    static string? OwnFolder() => System.IO.Path.GetDirectoryName(typeof(LibraryFinder).Assembly.Location);

    static IEnumerable<string> ModuleFolders(string? own)
    {
        // Modules/ShardyFusion/0.1.0/lib/net10.0, or without the version.
        for (var folder = own; !string.IsNullOrEmpty(folder); folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (System.IO.Path.GetFileName(folder) != "ShardyFusion") continue;
            yield return System.IO.Path.GetDirectoryName(folder)!;
            break;
        }
        foreach (var folder in (Environment.GetEnvironmentVariable("PSModulePath") ?? "")
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        yield return OperatingSystem.IsWindows()
            ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.MyDocuments), "PowerShell", "Modules")
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "powershell", "Modules");
    }

    /// <summary>As packages lay native files out, or bare.</summary>
    static IEnumerable<string> InFolder(string folder)
    {
        var native = System.IO.Path.Combine(folder, "runtimes", Platform, "native");
        foreach (var name in FileNames())
        {
            yield return System.IO.Path.Combine(native, name);
            yield return System.IO.Path.Combine(folder, name);
        }
    }

    static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    static IEnumerable<string> FileNames()
    {
        if (OperatingSystem.IsWindows()) return ["rocksdb.dll"];
        if (OperatingSystem.IsMacOS()) return ["librocksdb.dylib"];
        return RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal)
            ? ["librocksdb-musl.so"] : ["librocksdb.so"];
    }

    static ShardyFusionException Missing() => new(ErrorKind.ConfigValidation,
        $"RocksDB's native library for {Platform} is not installed; it comes in a package of its own, {Package}.")
    {
        RecommendedAction = $"Run: Install-Module {Package}. Or set {Variable} to the folder of that package, or to the library's file.",
    };

    static ShardyFusionException Unloadable(string path)
    {
        var reason = "";
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            reason = $": {e.Message}";
        }
        return new ShardyFusionException(ErrorKind.ConfigValidation, $"RocksDB's native library '{path}' does not load{reason}")
        {
            Target = path,
            RecommendedAction = $"Install the package {Package} of this version anew; its library is for {Platform}.",
        };
    }
}
