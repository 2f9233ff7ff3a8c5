using System.Globalization;

namespace ShardyFusion.Stores.Limits;

/// <summary>A limit on operations and one on their bytes; either may be absent. Safe for concurrent callers.</summary>
/// <param name="operations">Operations; null for no limit.</param>
/// <param name="bytes">Bytes; null for no limit.</param>
sealed class RateLimit(TokenBucket? operations, TokenBucket? bytes)
{
    /// <summary>Slowest rate that makes sense: one in a hundred seconds.</summary>
    const double SlowestPerSecond = 0.01;

    /// <summary>Null when neither is limited.</summary>
    public static RateLimit? Create(double? operationsPerSecond, double? bytesPerSecond, TimeProvider clock) =>
        operationsPerSecond is null && bytesPerSecond is null ? null : new RateLimit(Bucket(operationsPerSecond, clock),
            Bucket(bytesPerSecond, clock));

    /// <summary>What is wrong with a rate; null when nothing is.</summary>
    public static string? Fault(string name, double? perSecond) => perSecond is null or >= SlowestPerSecond and < double.PositiveInfinity
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{name} is {perSecond}; it must be at least {SlowestPerSecond}.");

    /// <summary>Most operations that pass without a pause; null when their number is not limited.</summary>
    public double? OperationBurst => operations?.Capacity;

    /// <summary>Most bytes that pass without a pause; null when their number is not limited.</summary>
    public double? ByteBurst => bytes?.Capacity;

    /// <summary>Returns when so many more operations, with so many bytes in all, may go through.</summary>
    public async ValueTask AcquireAsync(long operationCount, long byteCount, CancellationToken cancellationToken)
    {
        if (operations is not null) await operations.AcquireAsync(operationCount, cancellationToken).ConfigureAwait(false);
        if (bytes is not null) await bytes.AcquireAsync(byteCount, cancellationToken).ConfigureAwait(false);
    }

    static TokenBucket? Bucket(double? perSecond, TimeProvider clock) => perSecond is { } rate ? new TokenBucket(rate, clock) : null;
}
