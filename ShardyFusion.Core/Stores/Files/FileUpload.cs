using Microsoft.Win32.SafeHandles;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Files;

/// <summary>A streamed write into a temporary file.</summary>
sealed class FileUpload(FileCommit commit, string key, string path, PutCondition condition, StoreCounters counters) : IObjectUpload
{
    string? tempPath;
    SafeFileHandle? file;
    long lengthBytes, startedBytes;
    bool isFinished;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        ObjectDisposedException.ThrowIf(isFinished, this);
        try
        {
            if (file is null)
                (tempPath, file) = commit.CreateTemp();
            RandomAccess.Write(file, content.Span, lengthBytes);
            lengthBytes += content.Length;
            if (lengthBytes - startedBytes >= WriteBehind.StepBytes)
            {
                WriteBehind.Start(file, startedBytes, lengthBytes - startedBytes);
                startedBytes = lengthBytes;
            }
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            return ValueTask.FromException(FileErrors.Translate(e, "write", path));
        }
        catch (ShardyFusionException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        if (!commit.MayHold(path, condition))
        {
            Discard();
            return PutResult.ConditionFailed;
        }
        if (file is null)
            await WriteAsync(default, cancellationToken).ConfigureAwait(false);
        try
        {
            // Flushing may take seconds: not on the caller's thread.
            await Task.Run(() => RandomAccess.FlushToDisk(file!), cancellationToken).ConfigureAwait(false);
            // The handle stays open over the rename: it is what keeps another process from cleaning the file away.
            var result = await commit.CommitAsync(tempPath!, key, path, condition, cancellationToken).ConfigureAwait(false);
            if (result.Written)
            {
                isFinished = true;
                file!.Dispose();
                counters.CountPut(lengthBytes);
            }
            return result;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "write", path);
        }
        finally
        {
            Discard();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Discard();
        return ValueTask.CompletedTask;
    }

    void Discard()
    {
        if (isFinished)
            return;
        isFinished = true;
        file?.Dispose();
        if (tempPath is null)
            return;
        try
        {
            File.Delete(tempPath);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // The next build's cleaning removes it; the caller's own error matters more.
        }
    }
}
