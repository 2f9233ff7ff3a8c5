using System.Management.Automation;
using System.Net;
using System.Security;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Errors;
using ShardyFusion.Publishing;
using ShardyFusion.Sessions;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that work on a snapshot prefix.</summary>
public abstract class StoreCmdlet : ShardyCmdlet
{
    static readonly string[] ConnectionParameters =
        [nameof(EndpointUrl), nameof(Region), nameof(ProfileName), nameof(Credential), nameof(SessionToken), nameof(ForcePathStyle)];

    SnapshotStore? store;
    string? storePrefix, usedPrefix;

    /// <summary>The snapshot prefix that the call names: a bucket path, a file URI or a path of the session's file system; null for
    /// none.</summary>
    /// <remarks>The parameter is each cmdlet's own: position and pipeline binding differ, because rows must not be able to say where they
    /// are written, and what only reads takes several.</remarks>
    private protected abstract string? GivenPrefix { get; }

    /// <summary>Endpoint of an S3-compatible store, or of an account's blobs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EndpointUrl { get; set; }

    /// <summary>Region of the bucket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>Profile of the AWS configuration files.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    /// <summary>Access key id or storage account as the user name, its secret, key or signature as the password.</summary>
    [Parameter]
    [Credential]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    /// <summary>Session token of temporary credentials.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? SessionToken { get; set; }

    /// <summary>Puts the bucket into the path instead of the host name.</summary>
    [Parameter]
    public SwitchParameter ForcePathStyle { get; set; }

    /// <summary>How many seconds the command may wait for the store, all its requests together.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400 * 7)]
    public double? TimeoutSec { get; set; }

    private protected override TimeSpan? WaitLimit => TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private protected override ShardyFusionException TimeIsOver(TimeSpan limit) =>
        StoreTimeout.Over(limit, usedPrefix ?? GivenPrefix, UsedConnection(), "-TimeoutSec");

    private protected override object? ErrorTarget => usedPrefix ?? GivenPrefix;

    /// <summary>The store of the prefix that is meant; the same one as long as the prefix stays the same.</summary>
    private protected SnapshotStore Store
    {
        get
        {
            var prefix = ResolvePrefix();
            if (store is not null && prefix == storePrefix) return store;
            // Readers that were opened from it keep its connections until they are closed.
            if (store is { } old) Await(EndAsync(old));
            storePrefix = prefix;
            store = SnapshotStore.Open(prefix, UsedConnection());
            WriteDebug(store.Description);
            return store;
        }
    }

    /// <summary>A reader of the prefix that the session keeps for the next command; the pointer is looked at now.</summary>
    private protected ReaderLease RentReader(SnapshotSelector selector)
    {
        var prefix = ResolvePrefix();
        var connection = UsedConnection();
        string? reached = null;
        try
        {
            return RunInBackground(cancellationToken => SessionReaders.Cache.RentAsync(prefix, connection, selector,
                description => reached = description, cancellationToken));
        }
        finally
        {
            if (reached is not null) WriteDebug(reached);
        }
    }

    /// <summary>How stores are reached: as this call says, else as the session's connection does.</summary>
    /// <param name="address">The store that is meant; null for that of the prefix.</param>
    private protected StoreConnection UsedConnection(string? address = null) =>
        Adapt(IsConnectionGiven ? Connection(address) : SessionConnection.Current?.Connection ?? Connection(address));

    /// <summary>The connection as this cmdlet's own parameters change it.</summary>
    private protected virtual StoreConnection Adapt(StoreConnection connection) => connection;

    /// <summary>Opens a second prefix that the call names, for the caller to close; reached as the first one, but for what
    /// <paramref name="change"/> changes.</summary>
    private protected SnapshotStore OpenOther(string prefix, Func<StoreConnection, StoreConnection>? change = null)
    {
        var connection = UsedConnection();
        return SnapshotStore.Open(ResolveLocation(prefix), change?.Invoke(connection) ?? connection);
    }

    /// <summary>True when this call says itself how to reach the store, so that the session's connection does not count.</summary>
    bool IsConnectionGiven => ConnectionParameters.Any(MyInvocation.BoundParameters.ContainsKey);

    /// <summary>Hands the store of the prefix over to the caller, who ends it.</summary>
    private protected SnapshotStore DetachStore()
    {
        var detached = Store;
        store = null;
        return detached;
    }

    private protected override ValueTask ReleaseAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The files that a path with wildcards names; without wildcards the path itself, so that the engine says what is wrong with
    /// it.</summary>
    private protected IEnumerable<string> ExpandPath(string path)
    {
        if (PrefixText.IsUri(path)) return [path];
        if (!WildcardPattern.ContainsWildcardCharacters(path)) return [ResolvePath(path)];
        try
        {
            if (GetResolvedProviderPathFromPSPath(path, out _) is { Count: > 0 } found) return found;
        }
        catch (ItemNotFoundException)
        {
        }
        throw new ShardyFusionException(ErrorKind.InputInvalid, $"No file matches '{path}'.") { Target = path };
    }

    /// <summary>Carries out a planned move of a pointer, once it is approved.</summary>
    /// <param name="plan">Where to; one that changes nothing needs no answer.</param>
    /// <param name="options">What is allowed, and why.</param>
    /// <param name="force">Does not ask.</param>
    /// <param name="passThru">Emits what was done.</param>
    private protected void MovePointer(RollbackPlan plan, PointerChangeOptions options, bool force, bool passThru)
    {
        if (!plan.IsNoOp && !Approve(PointerMoves.Target(plan, Store.Prefix), PointerMoves.Action(plan), force)) return;
        var result = RunInBackground(cancellationToken => Store.RollbackAsync(plan, options, cancellationToken));
        if (result.Warning is not null) WriteWarning(result.Warning);
        if (passThru) WriteObject(new ManifestChange(result));
    }

    /// <summary>Ends a reader or a store before its time, because the next one takes its place.</summary>
    private protected static async ValueTask<bool> EndAsync(IAsyncDisposable resource)
    {
        await resource.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>True when a key stands where the prefix belongs and the prefix where the key does: <c>./snap 42</c>.</summary>
    private protected bool AreSwapped(PSObject? key, string? prefix) => key?.BaseObject is string other && prefix is not null
        && !IsPlace(prefix) && IsPlace(other);

    /// <summary>A URI, or a folder that is there.</summary>
    bool IsPlace(string text) => PrefixText.IsUri(text)
        || (SessionState.Path.IsValid(text) && Directory.Exists(SessionState.Path.GetUnresolvedProviderPathFromPSPath(text)));

    /// <summary>What stands after the prefix, where the session has one and it was left out, so that this was taken for it.</summary>
    /// <param name="second">The parameter after the prefix, as it was bound; null when it was not.</param>
    /// <param name="name">That parameter's name.</param>
    /// <param name="prefix">What was bound to the prefix; null once it is known to be the other.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: neither is there.</exception>
    private protected string TakeSecond(string? second, string name, ref string? prefix)
    {
        if (second is not null) return second;
        var hasDefault = (SessionConnection.Current?.Prefix ?? PrefixText.OfEnvironment) is not null;
        if (prefix is { } given && hasDefault && !IsPlace(given) && given.IndexOfAny(['/', '\\']) < 0)
        {
            prefix = null;
            return given;
        }
        var command = MyInvocation.MyCommand.Name;
        throw new ShardyFusionException(ErrorKind.ConfigValidation, $"-{name} is missing.")
        {
            Target = prefix,
            RecommendedAction = $"Call {command} <prefix> <{name}>, or {command} <{name}> after Connect-ShardStore.",
        };
    }

    string ResolvePrefix()
    {
        var prefix = MeantPrefix;
        if (string.IsNullOrWhiteSpace(prefix))
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "No snapshot prefix is given.")
            {
                RecommendedAction = $"Give -Prefix, call Connect-ShardStore, or set $env:{PrefixText.Variable}.",
            };
        }
        return usedPrefix = ResolveLocation(prefix);
    }

    /// <summary>A URI as it is, a path of the session as one of the file system.</summary>
    private protected string ResolveLocation(string location) => PrefixText.IsUri(location) ? location : ResolvePath(location);

    /// <summary>What parameters say about a store of any kind.</summary>
    private protected static GivenAccess Given(string? endpointUrl, PSCredential? credential) =>
        new(endpointUrl, credential?.UserName, credential?.GetNetworkCredential().Password);

    /// <summary>A secret for a library that takes no other form.</summary>
    private protected static string? Plain(SecureString? secret) => secret is null ? null : new NetworkCredential("", secret).Password;

    string? MeantPrefix => GivenPrefix ?? SessionConnection.Current?.Prefix ?? PrefixText.OfEnvironment;

    /// <summary>How this call says that the store is reached.</summary>
    private protected StoreConnection Connection(string? address = null)
    {
        // A profile is set last: that it contradicts a key is for the check to say.
        var connection = Given(EndpointUrl, Credential).ApplyTo(new StoreConnection(), address ?? MeantPrefix) with
        {
            Region = Region,
            ProfileName = ProfileName,
            SessionToken = Plain(SessionToken),
            ForcePathStyle = MyInvocation.BoundParameters.ContainsKey(nameof(ForcePathStyle)) ? ForcePathStyle.ToBool() : null,
            ManifestStore = ManifestDatabase.OfEnvironment,
        };
        var faults = connection.Validate();
        return faults.Count == 0 ? connection : throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
