using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>A streamed write into a temporary file.</summary>
sealed class FileUpload(FileCommit commit, AlignedBlocks blocks, FilePlace place, PutCondition condition, StoreCounters counters)
    : IObjectUpload
{
    readonly string path = place.Path;
    string? tempPath;
    StreamedFile? file;
    bool isFinished;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(isFinished, this);
        try
        {
            await Open().WriteAsync(content, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "write", path);
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
        try
        {
            var written = Open();
            await written.FlushAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            // The handle stays open over the rename: it is what keeps another process from cleaning the file away.
            var result = await commit.CommitAsync(tempPath!, place.Key, path, condition, cancellationToken).ConfigureAwait(false);
            if (result.Written)
            {
                isFinished = true;
                written.Dispose();
                counters.CountPut(written.LengthBytes);
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

    StreamedFile Open()
    {
        if (file is not null) return file;
        (tempPath, var handle) = commit.CreateTemp();
        return file = new StreamedFile(handle, blocks);
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

/// <summary>Where a file goes.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Path">Its path.</param>
readonly record struct FilePlace(string Key, string Path);
