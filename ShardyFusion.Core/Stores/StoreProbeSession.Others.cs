using System.Globalization;
using System.Text;

namespace ShardyFusion.Stores;

/// <content>The checks of reading, listing, copying and deleting.</content>
sealed partial class StoreProbeSession
{
    // What snapshots need: folders of folders, objects beside folders, and names by their beginning. Never an object and a folder of one
    // name.
    static readonly string[] ListedNames = ["list/a/x", "list/a/y", "list/b/x", "list/c", "list/pointer"];
    static readonly string[] FoldedNames = ["list/a/", "list/b/", "list/c", "list/pointer"];

    public async Task<string?> ReadAsync()
    {
        await PutAsync(folder + "read", First, Always).ConfigureAwait(false);
        if (!await HoldsAsync(folder + "read", First).ConfigureAwait(false))
            return "An object did not read back as written.";
        await PutAsync(folder + "read", Second, Always).ConfigureAwait(false);
        if (!await HoldsAsync(folder + "read", Second).ConfigureAwait(false))
            return "A replaced object read back as it was before.";
        return await store.GetAsync(folder + "absent", 1024, cancellationToken).ConfigureAwait(false) is null ? null
            : "An object that was never written exists.";
    }

    public async Task<string?> RangesAsync()
    {
        var content = Encoding.ASCII.GetBytes("0123456789");
        await PutAsync(folder + "range", content, Always).ConfigureAwait(false);
        var buffer = new byte[4];
        var read = await store.GetRangeAsync(folder + "range", 3, buffer, cancellationToken).ConfigureAwait(false);
        if (read != 4 || !buffer.AsSpan().SequenceEqual(content.AsSpan(3, 4)))
            return "A range in the middle came back wrong.";
        var tail = await store.GetTailAsync(folder + "range", 3, cancellationToken).ConfigureAwait(false);
        return tail.TotalBytes == 10 && tail.Content.Span.SequenceEqual(content.AsSpan(7)) ? null : "The last bytes came back wrong.";
    }

    public async Task<string?> ListAsync()
    {
        foreach (var name in Enumerable.Reverse(ListedNames))
            await PutAsync(folder + name, First, Always).ConfigureAwait(false);
        return Compare(await KeysAsync(store.ListAsync(folder + "list/", null, cancellationToken)).ConfigureAwait(false), ListedNames)
            ?? Compare(await KeysAsync(store.ListAsync(folder + "list/", "/", cancellationToken)).ConfigureAwait(false), FoldedNames)
            ?? Compare(await KeysAsync(store.ListAsync(folder + "list/po", "/", cancellationToken)).ConfigureAwait(false),
                ["list/pointer"]);
    }

    public async Task<string?> ListPagingAsync() => store is IProbedStore paging
        ? Compare(await KeysAsync(paging.ListInPagesAsync(folder + "list/", null, 2, cancellationToken)).ConfigureAwait(false), ListedNames)
            ?? Compare(await KeysAsync(paging.ListInPagesAsync(folder + "list/", "/", 1, cancellationToken)).ConfigureAwait(false),
                FoldedNames)
        : null;

    string? Compare(List<string> actual, string[] expected)
    {
        var names = expected.Select(name => folder + name).ToList();
        if (names.Except(actual, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            return $"'{missing[folder.Length..]}' was written, but is not listed.";
        // History, runs and clean-ups put in order what they list; a name must come once, that is all.
        return actual.Count == names.Count ? null : "Keys were listed more than once, or some that were never written.";
    }

    static async Task<List<string>> KeysAsync(IAsyncEnumerable<ListEntry> entries)
    {
        var keys = new List<string>();
        await foreach (var entry in entries.ConfigureAwait(false))
            keys.Add(entry.Key);
        return keys;
    }

    public async Task<string?> PartsAsync()
    {
        if (store is not IProbedStore parts) return null;
        written.Add(folder + "parts");
        await parts.PutInPartsAsync(folder + "parts", First, cancellationToken).ConfigureAwait(false);
        return await HoldsAsync(folder + "parts", First).ConfigureAwait(false) ? null
            : "What was uploaded in parts did not read back as written.";
    }

    public async Task<string?> ListUploadsAsync()
    {
        if (store is IProbedStore uploads) await uploads.CountUploadsAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public async Task<string?> CopyAsync()
    {
        if (store is not IServerCopy server) return null;
        await PutAsync(folder + "copy/from", Second, Always).ConfigureAwait(false);
        written.Add(folder + "copy/to");
        if (!await server.TryCopyAsync(store, folder + "copy/from", folder + "copy/to", Second.Length, cancellationToken)
            .ConfigureAwait(false))
            return "The store cannot copy by itself: copies between its prefixes go through this machine.";
        return await HoldsAsync(folder + "copy/to", Second).ConfigureAwait(false) ? null : "A copy is not what was copied.";
    }

    public async Task<string?> ClockAsync()
    {
        var before = timeProvider.GetUtcNow();
        await PutAsync(folder + "clock", First, Always).ConfigureAwait(false);
        var info = await store.HeadAsync(folder + "clock", cancellationToken).ConfigureAwait(false);
        if (info is null) return "An object that was just written is not there.";
        var skew = info.LastModified < before ? before - info.LastModified : info.LastModified - timeProvider.GetUtcNow();
        return skew <= StoreProbe.MaxClockSkew ? null
            : string.Create(CultureInfo.InvariantCulture, $"This machine's clock and the store's are {skew.TotalSeconds:0} s apart.");
    }

    public async Task<string?> DeleteAsync()
    {
        var failed = (await store.DeleteAsync([.. written], cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(static r => r.Error is not null);
        if (failed.Error is not null)
        {
            if (failed.IsDenied) denied.Add("delete");
            return failed.Error;
        }
        if ((await KeysAsync(store.ListAsync(folder, null, cancellationToken)).ConfigureAwait(false)).Count > 0)
            return "Deleted objects are still listed.";
        written.Clear();
        return null;
    }
}
