<#
.SYNOPSIS
A runbook: builds a snapshot from a file, publishes it when its rows look right, and ends with an error when readers would not be healthy.
.DESCRIPTION
Runs in Azure Automation with the identity of the account, on a Hybrid Runbook Worker, and anywhere else with PowerShell 7.4 or newer: credentials are found as docs/guide/azure.md says. The module comes from the
account; -ModulePath names another place.
.PARAMETER Prefix
Where the snapshots live, for instance az://users/daily.
.PARAMETER AccountName
The storage account; without it the prefix or the environment names it.
.PARAMETER Path
CSV, TSV or JSON Lines; also gzipped.
.PARAMETER KeyProperty
The column of the key.
.PARAMETER MaxDrop
Refuses to publish when more rows than this are gone: 500, or 10%.
.EXAMPLE
./Update-DailySnapshot.ps1 -Prefix az://users/daily -AccountName contosodata -Path ./users.csv -KeyProperty id
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Prefix,
    [string] $AccountName,
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $KeyProperty,
    [int] $ShardCount = 8,
    [string] $MaxDrop = '10%',
    [string] $ModulePath = 'ShardyFusion'
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $ModulePath
$connection = @{ Prefix = $Prefix }
if ($AccountName) { $connection.AccountName = $AccountName }
Connect-ShardStore @connection | ForEach-Object Description
try {
    $built = Write-ShardedSnapshot -Path $Path -KeyProperty $KeyProperty -ShardCount $ShardCount -MaxDrop $MaxDrop -Message "Runbook, $([datetime]::UtcNow.ToString('u'))"
    "published $($built.RunId) with $($built.RowCount) rows"
    $health = Test-ReaderHealth -Deep -StalenessThreshold 1h
    if (-not $health.IsHealthy) { throw "The snapshot is $($health.Status): $($health.Reasons -join ' ')" }
    'healthy'
    Remove-StaleSnapshot -KeepLast 7 -Confirm:$false | Group-Object Kind | ForEach-Object { "removed $($_.Count) $($_.Name)" }
}
finally { Disconnect-ShardStore }
