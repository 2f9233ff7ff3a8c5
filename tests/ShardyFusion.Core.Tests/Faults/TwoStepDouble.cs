using System.Globalization;
using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>Makes of a real server one that compares, waits and then writes without a condition: what stores do whose conditions are not
/// atomic.</summary>
sealed class TwoStepDouble(S3Server server, TimeSpan pause) : IDisposable
{
    readonly AmazonS3Client client = server.Client();

    /// <summary>Puts itself before the server.</summary>
    public void Before(FaultProxy proxy) => proxy.On(static r => r.IsWrite
        && (r.Header("if-match") ?? r.Header("if-none-match")) is not null, AnswerAsync, count: int.MaxValue);

    async Task<byte[]?> AnswerAsync(FaultProxy proxy, ProxiedRequest request, CancellationToken cancellationToken)
    {
        var parts = Uri.UnescapeDataString(request.Target.Split('?')[0])[1..].Split('/', 2);
        string? etag = null;
        try
        {
            etag = (await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = parts[0], Key = parts[1] },
                cancellationToken)).ETag;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
        }
        if (request.Header("if-none-match") is not null ? etag is not null : etag != request.Header("if-match")) return Refusal();
        if (pause > TimeSpan.Zero) await Task.Delay(pause, cancellationToken);
        return await proxy.ForwardAsync(request.WithoutCondition(server.SecretKey), cancellationToken);
    }

    static byte[] Refusal()
    {
        const string Body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>PreconditionFailed</Code></Error>";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 412 Precondition Failed\r\nContent-Type: application/xml\r\nContent-Length: {Body.Length}\r\nConnection: "
                + $"close\r\n\r\n{Body}"));
    }

    public void Dispose() => client.Dispose();
}
