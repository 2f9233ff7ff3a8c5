using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Internal;

namespace ShardyFusion.Stores.S3;

/// <summary>The SDK's client without two of its habits.</summary>
sealed class S3Client : AmazonS3Client
{
    public S3Client(AmazonS3Config config)
        : base(config)
    {
    }

    public S3Client(AWSCredentials credentials, AmazonS3Config config)
        : base(credentials, config)
    {
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        // It takes every ETag for a checksum and stumbles over others; S3Reads checks what is one.
        pipeline.RemoveHandler<AmazonS3ResponseHandler>();
        pipeline.AddHandlerBefore<Signer>(new PlainCopySource());
        if (Config is S3Config { Access: { } access }) pipeline.AddHandlerBefore<Signer>(new S3Headers(access));
    }

    /// <summary>Names a copy's source as its documentation does, <c>bucket/path/name</c>: some stores look for the bucket
    /// "bucket%2Fpath%2Fname".</summary>
    sealed class PlainCopySource : PipelineHandler
    {
        const string Header = "x-amz-copy-source";

        public override void InvokeSync(IExecutionContext executionContext)
        {
            KeepSlashes(executionContext);
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            KeepSlashes(executionContext);
            return base.InvokeAsync<T>(executionContext);
        }

        static void KeepSlashes(IExecutionContext executionContext)
        {
            var headers = executionContext.RequestContext.Request.Headers;
            if (headers.TryGetValue(Header, out var source))
                headers[Header] = source.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        }
    }
}
