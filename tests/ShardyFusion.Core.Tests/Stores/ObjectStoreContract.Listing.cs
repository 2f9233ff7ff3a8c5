using System.Text;

namespace ShardyFusion.Core.Tests.Stores;

public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task List_AllDepths_InUtf8OrderWithSizes()
    {
        await using var store = await OpenAsync();
        string[] keys = ["a", "a-b", "a.b/c", "a/b/c", "a/b/d", "a0", "b/\uFFEE", "b/\U0001F600",
            "manifests/2026-11-21T05:36:17.942788Z_run_id=x/manifest", "ключ"];
        foreach (var key in Enumerable.Reverse(keys).Where(static k => k != "a"))
            await store.PutAsync(key, Bytes(key), Always, Token);
        var entries = await ListAsync(store, "", null);
        Assert.Equal(keys.Where(static k => k != "a"), entries.Select(static e => e.Key));
        Assert.All(entries, static e => Assert.Equal(Encoding.UTF8.GetByteCount(e.Key), e.SizeBytes));
        Assert.All(entries, static e => Assert.False(e.IsPrefix));
        Assert.All(entries, static e => Assert.NotNull(e.LastModified));
    }

    [Fact]
    public async Task List_WithPrefixAndDelimiter_FoldsDeeperKeys()
    {
        await using var store = await OpenAsync();
        foreach (var key in new[] { "_CURRENT", "m/1/x", "m/1/y", "m/2/x", "m/3", "m2/z", "s/db=0/a" })
            await store.PutAsync(key, Bytes("v"), Always, Token);
        Assert.Equal(["_CURRENT", "m/", "m2/", "s/"], (await ListAsync(store, "", "/")).Select(static e => e.Key));
        var folded = await ListAsync(store, "m/", "/");
        Assert.Equal([("m/1/", true), ("m/2/", true), ("m/3", false)], folded.Select(static e => (e.Key, e.IsPrefix)));
        Assert.Equal(["m/", "m2/"], (await ListAsync(store, "m", "/")).Select(static e => e.Key));
        Assert.Equal(["m/1/x", "m/1/y"], (await ListAsync(store, "m/1", null)).Select(static e => e.Key));
        Assert.Equal(["m/1/y"], (await ListAsync(store, "m/1/y", "/")).Select(static e => e.Key));
        Assert.Empty(await ListAsync(store, "nothing/", "/"));
        Assert.Empty(await ListAsync(store, "m/3/", null));
    }

    [Fact]
    public async Task List_ManyObjects_PagesInOrderAndDeleteEmptiesIt()
    {
        await using var store = await OpenAsync();
        var count = ManyObjects;
        await SeedAsync(store, Enumerable.Range(0, count).Select(static i => $"manifests/{i:D5}/manifest"));
        var expected = Enumerable.Range(0, count).Select(static i => $"manifests/{i:D5}/").ToList();
        Assert.Equal(expected, (await ListAsync(store, "manifests/", "/")).Select(static e => e.Key));
        var all = await ListAsync(store, "", null);
        Assert.Equal(expected.Select(static k => k + "manifest"), all.Select(static e => e.Key));
        var deleted = await store.DeleteAsync([.. all.Select(static e => e.Key)], Token);
        Assert.Equal(count, deleted.Count);
        Assert.All(deleted, static d => Assert.Null(d.Error));
        Assert.Empty(await ListAsync(store, "", null));
    }

    [Fact]
    public async Task List_ObjectsDeletedMeanwhile_Tolerated()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 30; i++)
            await store.PutAsync($"d/{i:D2}/o", Bytes("v"), Always, Token);
        var seen = new List<string>();
        await foreach (var entry in store.ListAsync("d/", null, Token))
        {
            seen.Add(entry.Key);
            if (seen.Count == 1)
                await store.DeleteAsync([.. Enumerable.Range(1, 28).Select(static i => $"d/{i:D2}/o")], Token);
        }
        Assert.Contains("d/29/o", seen);
    }

    [Fact]
    public async Task Delete_MissingAndPresent_OneResultPerKeyInOrder()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("x/1", Bytes("v"), Always, Token);
        var results = await store.DeleteAsync(["nope", "x/1", "x/2"], Token);
        Assert.Equal([("nope", null), ("x/1", null), ("x/2", null)], results.Select(static r => (r.Key, r.Error)));
        Assert.Empty(await ListAsync(store, "", "/"));
        Assert.Empty(await store.DeleteAsync([], Token));
    }
}
