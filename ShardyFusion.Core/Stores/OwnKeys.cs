using System.Text.RegularExpressions;

namespace ShardyFusion.Stores;

/// <summary>The keys below a snapshot prefix that this program and shardyfusion create. Whatever deletes leaves every other key
/// alone.</summary>
static partial class OwnKeys
{
    /// <summary>True for a key of the exact form of one that is created here or by shardyfusion.</summary>
    public static bool IsOwn(string key) => Named().IsMatch(key);

    /// <summary>True for an object of a probe.</summary>
    public static bool IsOfProbe(string key) => OfProbe().IsMatch(key);

    /// <summary>True for what a probe found and keeps on the prefix.</summary>
    public static bool IsVerdict(string key) => Verdict().IsMatch(key);

    const string Time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z";
    const string Hex32 = "[0-9a-f]{32}";

    [GeneratedRegex($@"^(?:_[A-Z][A-Z0-9_]{{0,31}}|runs/_LOCK
        |manifests/{Time}_run_id=[^/]+/manifest
        |shards/run_id=[^/]+/[^/]+/attempt=[0-9]{{2,}}/
            (?:shard\.sst|shard\.db|shard\.sidecar|(?:manifest|wal|compacted|compactions|gc)/[^/]+)
        |shards/run_id=[^/]+/job/(?:(?:plan|seal|map=[0-9]{{5,}}|shard=[0-9]{{5,}})\.json|map=[0-9]{{5,}}/{Hex32}\.rows)
        |runs/{Time}_run_id=[^/]+_[0-9a-fA-F]{{32}}/(?:run\.yaml|stop\.json)
        |tags/[A-Za-z0-9._-]{{1,128}}\.json
        |(?:blocks|removals)/(?:{Time}_)?run_id=[^/]+\.json
        |blocks/rolled-back/{Time}_run_id=[^/]+\.json
        |pins/{Time}_run_id=[^/]+_{Hex32}\.json
        |events/{Time}_{Hex32}\.json)\z", RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Named();

    [GeneratedRegex($@"^\.probe/{Hex32}/[a-z-]{{1,20}}(?:/[a-z-]{{1,20}}){{0,2}}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OfProbe();

    [GeneratedRegex(@"^\.probe/verdict-[0-9a-f]{16}-(?:yes|no)\.json\z", RegexOptions.CultureInvariant)]
    private static partial Regex Verdict();
}
