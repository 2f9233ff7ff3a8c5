<#
.SYNOPSIS
A runbook for Azure Automation (runtime environment PowerShell 7.4 or newer with the package ShardyFusion): build, publish, clean up, check.
.DESCRIPTION
The automation account's managed identity needs the role Storage Blob Data Contributor on the container; no key is kept anywhere. An error ends the job as Failed, so that its alert rule fires.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Prefix,
    [Parameter(Mandatory)] [string] $Source,
    [string] $ModulePath = 'ShardyFusion'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
# The sandbox has 400 MB of memory: rows over this are spilled to its disk.
$built = Write-ShardedSnapshot $Prefix -Path $Source -KeyProperty id -MemoryBudget 128MiB -MaxDrop 10% -Message 'nightly runbook'
Write-Output "Run $($built.RunId): $($built.RowCount) rows."
Remove-StaleSnapshot $Prefix -KeepLast 7 -Confirm:$false | Out-Null
$health = Test-ReaderHealth $Prefix -ExpectedEvery 25h
if (-not $health.IsHealthy) { throw "Published, but not healthy: $($health.Reasons -join ' ')" }
