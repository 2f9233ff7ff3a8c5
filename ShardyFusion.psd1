@{
    RootModule             = 'ShardyFusion.psm1'
    RequiredAssemblies     = 'ShardyFusion.Loader.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6b0a5e0e-54c3-4f5b-9d0e-4d6a3f9c1e57'
    Author                 = 'The ShardyFusion authors'
    CompanyName            = 'ShardyFusion'
    Copyright              = 'Copyright (c) The ShardyFusion authors'
    Description            = 'Builds, publishes, reads and rolls back immutable sharded key-value snapshots on object storage.'
    # PowerShell 7.4 brings .NET 8, 7.6 brings .NET 10: lib has a folder for each.
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = 'Core'
    # Tables first: the first view of a type is its default.
    FormatsToProcess       = @('ShardyFusion.Format.ps1xml', 'ShardyFusion.Lists.Format.ps1xml')
    TypesToProcess         = 'ShardyFusion.Types.ps1xml'
    CmdletsToExport        = @(
        'Block-ShardedSnapshot'
        'Close-ShardReader'
        'Compare-ShardedSnapshot'
        'Connect-ShardStore'
        'Copy-ShardedSnapshot'
        'Disconnect-ShardStore'
        'Export-ShardedSnapshot'
        'Export-ShardMetric'
        'Export-SnapshotReport'
        'Get-ManifestHistory'
        'Get-ShardedSnapshot'
        'Get-ShardValue'
        'Get-ShardValueHistory'
        'Get-SnapshotEvent'
        'Get-SnapshotRun'
        'Get-SnapshotShard'
        'Get-SnapshotTag'
        'Initialize-ShardReader'
        'Measure-ShardedSnapshot'
        'New-SnapshotTag'
        'Open-ShardReader'
        'Publish-ShardedSnapshot'
        'Remove-SnapshotTag'
        'Remove-StaleSnapshot'
        'Resolve-ShardKey'
        'Resume-SnapshotPublishing'
        'Set-CurrentManifest'
        'Start-ShardMetricServer'
        'Start-ShardTelemetry'
        'Stop-ShardMetricServer'
        'Stop-ShardTelemetry'
        'Stop-SnapshotRun'
        'Suspend-SnapshotPublishing'
        'Test-ReaderHealth'
        'Test-ShardedSnapshot'
        'Test-ShardStore'
        'Unblock-ShardedSnapshot'
        'Undo-CurrentManifest'
        'Update-ShardReader'
        'Wait-ShardedSnapshot'
        'Write-ShardedSnapshot'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    PrivateData            = @{
        PSData = @{
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
            Tags       = 'snapshot', 'key-value', 'RocksDB', 'S3', 'Azure', 'sharding', 'PSEdition_Core'
        }
    }
}
