using System.Reflection;
using System.Runtime.Loader;

namespace ShardyFusion.Loader;

/// <summary>The private load context of the module: its assemblies and their dependencies, apart from those of every other
/// module.</summary>
/// <remarks>
/// This assembly alone is in the default context, and its version is the module's: a second version of the module in one process is refused
/// by the runtime when it loads this file. Safe for concurrent callers.
/// </remarks>
public sealed class ModuleContext : AssemblyLoadContext
{
    const string CmdletAssembly = "ShardyFusion.Cmdlets";

    static readonly Lazy<Assembly> Cmdlets = new(static () => new ModuleContext(PrivateFolder())
        .LoadFromAssemblyName(new AssemblyName(CmdletAssembly)));

    readonly AssemblyDependencyResolver resolver;

    ModuleContext(string folder) : base("ShardyFusion") =>
        resolver = new AssemblyDependencyResolver(Path.Combine(folder, CmdletAssembly + ".dll"));

    /// <summary>The cmdlet assembly, loaded on first use and once per process.</summary>
    /// <exception cref="FileNotFoundException">The folder below <c>lib</c> for this .NET, beside this assembly lacks it.</exception>
    public static Assembly LoadCmdlets() => Cmdlets.Value;

    /// <inheritdoc/>
    /// <remarks>What the dependency file does not name (the framework, PowerShell itself) comes from the default context.</remarks>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;

    static string PrivateFolder() => Path.Combine(Path.GetDirectoryName(typeof(ModuleContext).Assembly.Location)!, "lib",
        Environment.Version.Major < 10 ? "net8.0" : "net10.0");
}
