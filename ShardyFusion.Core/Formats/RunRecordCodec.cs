using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Formats;

/// <summary>Run records as bytes.</summary>
/// <remarks>Stateless; safe for concurrent callers. The format is described in docs/format/run-record.md.</remarks>
static class RunRecordCodec
{
    /// <summary>MIME type of a run record.</summary>
    public const string ContentType = "application/x-yaml";

    const int FormatVersion = 1;

    /// <summary>Largest run record that is read, in bytes.</summary>
    public static long MaxBytes => DocumentLimits.RunRecord.MaxBytes;

    /// <summary>Writes a run record. The error message passes <see cref="SecretRedactor.ForRecord"/> once more.</summary>
    /// <returns>ASCII YAML.</returns>
    public static byte[] Write(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var fields = new Dictionary<string, object?>
        {
            [ContentCheck.FieldName] = ContentCheck.Unset,
            ["db_path_template"] = record.DbPathTemplate,
            ["error_message"] = record.ErrorMessage is null ? null : SecretRedactor.ForRecord(record.ErrorMessage),
            ["error_type"] = record.ErrorType,
            ["format_version"] = FormatVersion,
            ["lease_expires_at"] = SnapshotTime.FormatField(record.LeaseExpiresAt),
            ["manifest_ref"] = record.ManifestRef,
            ["run_id"] = record.RunId,
            ["s3_prefix"] = record.S3Prefix,
            ["shard_prefix"] = record.ShardPrefix,
            ["started_at"] = SnapshotTime.FormatField(record.StartedAt),
            ["status"] = record.Status switch
            {
                RunStatus.Running => "running",
                RunStatus.Succeeded => "succeeded",
                _ => "failed",
            },
            ["updated_at"] = SnapshotTime.FormatField(record.UpdatedAt),
            ["writer_type"] = record.WriterType,
        };
        // Left out without a value, so that shardyfusion's own records keep their bytes.
        if (record.Rows is { } rows) fields["rows"] = rows;
        if (record.Bytes is { } bytes) fields["bytes"] = bytes;
        if (record.Phase is { } phase) fields["phase"] = phase;
        if (record.Host is { } host) fields["host"] = host;
        if (record.ProcessId is { } processId) fields["process_id"] = processId;
        if (record.Message is { } message) fields["message"] = SecretRedactor.Redact(message);
        return ContentCheck.OfRunRecord.Seal(PyYamlEmitter.Write(fields, DocumentLimits.RunRecord));
    }

    /// <summary>Reads a run record.</summary>
    /// <param name="content">The object's bytes.</param>
    /// <param name="source">Its key or ref, for messages.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: malformed, oversized or of another format version;
    /// names the field.</exception>
    public static RunRecord Read(ReadOnlySpan<byte> content, string source)
    {
        var faults = new DocumentFaults("run record", source);
        ContentCheck.OfRunRecord.Verify(content, faults, out _);
        var fields = new FieldReader(YamlReader.Read(content, DocumentLimits.RunRecord, faults), "", faults);
        fields.FormatVersion(FormatVersion);
        return new RunRecord
        {
            RunId = fields.Text("run_id"),
            Status = fields.Text("status") switch
            {
                "running" => RunStatus.Running,
                "succeeded" => RunStatus.Succeeded,
                "failed" => RunStatus.Failed,
                var other => throw fields.Fault("status", $"'{other}' is none of running, succeeded, failed"),
            },
            StartedAt = fields.Timestamp("started_at"),
            UpdatedAt = fields.Timestamp("updated_at"),
            LeaseExpiresAt = fields.Timestamp("lease_expires_at"),
            S3Prefix = fields.Text("s3_prefix"),
            ShardPrefix = fields.OptionalText("shard_prefix") ?? SnapshotPaths.DefaultShardPrefix,
            DbPathTemplate = fields.OptionalText("db_path_template") ?? SnapshotPaths.DbPathTemplate,
            WriterType = fields.OptionalText("writer_type") ?? "",
            ManifestRef = fields.OptionalText("manifest_ref"),
            ErrorType = fields.OptionalText("error_type"),
            ErrorMessage = fields.OptionalText("error_message"),
            Rows = fields.OptionalInt64("rows", 0),
            Bytes = fields.OptionalInt64("bytes", 0),
            Phase = fields.OptionalText("phase"),
            Host = fields.OptionalText("host"),
            ProcessId = (int?)fields.OptionalInt64("process_id", 0, int.MaxValue),
            Message = fields.OptionalText("message") is { } message ? SecretRedactor.Redact(message) : null,
        };
    }
}
