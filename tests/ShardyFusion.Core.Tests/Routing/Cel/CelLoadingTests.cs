using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using ShardyFusion.Core.Tests.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Routing.Cel;

public class CelLoadingTests
{
    /// <summary>Nothing but the parser's class may make the runtime look for the package: what names it in a field or a signature would
    /// load it.</summary>
    [Fact]
    public void Core_TypesThatNameTheCelPackage_AreTheParsersOwn()
    {
        using var file = new PEReader(File.OpenRead(typeof(ShardRouter).Assembly.Location));
        var reader = file.GetMetadataReader();
        var packages = reader.AssemblyReferences.Where(handle =>
            IsOfThePackage(reader.GetString(reader.GetAssemblyReference(handle).Name))).ToHashSet();
        Assert.NotEmpty(packages);
        var naming = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            var signatures = type.GetFields().Select(field => reader.GetFieldDefinition(field).Signature)
                .Concat(type.GetMethods().Select(method => reader.GetMethodDefinition(method).Signature));
            var bases = type.GetInterfaceImplementations().Select(found =>
                reader.GetInterfaceImplementation(found).Interface).Append(type.BaseType);
            if (signatures.Any(signature => Names(reader, reader.GetBlobReader(signature), packages))
                || bases.Any(found => IsFrom(reader, found, packages)))
                naming.Add(Outermost(reader, type));
        }
        Assert.Equal(["CelParsing"], naming);
    }

    /// <summary>In a load context of its own, since other tests have loaded the packages into this one's.</summary>
    [Fact]
    public async Task Reading_HashedSnapshot_LoadsNoneOfThePackages()
    {
        using var hashed = new SnapshotFixture();
        hashed.Add("a", 0);
        Assert.DoesNotContain(await LoadedAfterReadingAsync(hashed.Path), IsOfThePackage);
        using var byRange = new SnapshotFixture();
        byRange.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        Assert.Contains(await LoadedAfterReadingAsync(byRange.Path), IsOfThePackage);
    }

    static async Task<IReadOnlyList<string>> LoadedAfterReadingAsync(string prefix)
    {
        var context = new OwnContext();
        var core = context.LoadFromAssemblyPath(typeof(ShardRouter).Assembly.Location);
        dynamic store = core.GetType("ShardyFusion.SnapshotStore", true)!.GetMethod("Open")!.Invoke(null, [prefix, null, null])!;
        dynamic options = Activator.CreateInstance(core.GetType("ShardyFusion.Reading.ReaderOptions", true)!)!;
        dynamic reader = await store.OpenReaderAsync(options, SnapshotFixture.Token);
        Assert.True((await reader.GetAsync((object)5UL, SnapshotFixture.Token)).Found);
        reader.Dispose();
        return [.. context.Assemblies.Select(assembly => assembly.GetName().Name!)];
    }

    sealed class OwnContext() : AssemblyLoadContext("packages of a reader")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }

    static bool IsOfThePackage(string assembly) =>
        assembly is "Cel" or "Antlr4.Runtime.Standard" or "Google.Protobuf" or "TimeZoneConverter";

    // Type references inside a signature are compressed numbers; every number that could be one is looked at.
    static bool Names(MetadataReader reader, BlobReader signature, HashSet<AssemblyReferenceHandle> packages)
    {
        while (signature.RemainingBytes > 0)
        {
            var code = signature.ReadCompressedInteger();
            if (code is not ((int)SignatureTypeCode.TypeHandle) and not 0x11 and not 0x12 || signature.RemainingBytes == 0) continue;
            if (IsFrom(reader, signature.ReadTypeHandle(), packages)) return true;
        }
        return false;
    }

    static bool IsFrom(MetadataReader reader, EntityHandle handle, HashSet<AssemblyReferenceHandle> packages)
    {
        if (handle.IsNil || handle.Kind != HandleKind.TypeReference) return false;
        var scope = reader.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => packages.Contains((AssemblyReferenceHandle)scope),
            HandleKind.TypeReference => IsFrom(reader, scope, packages),
            _ => false,
        };
    }

    static string Outermost(MetadataReader reader, TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil) type = reader.GetTypeDefinition(type.GetDeclaringType());
        return reader.GetString(type.Name);
    }
}
