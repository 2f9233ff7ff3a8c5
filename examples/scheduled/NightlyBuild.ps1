#!/usr/bin/env pwsh
<#
.SYNOPSIS
A nightly build as a scheduled job: the same script for Task Scheduler, cron, systemd timers, runbooks and build services.
.DESCRIPTION
Builds a snapshot from a file and publishes it when it looks right; then cleans up, writes metrics and checks health.
Exit codes: 0 done; 1 failed, what was current stays current; 2 published, but not healthy; 3 another build of the prefix is running.
.EXAMPLE
./NightlyBuild.ps1 -Prefix s3://bucket/users -Source /data/users.csv.gz -LogFolder /var/log/shardyfusion -MetricPath /var/lib/node_exporter/textfile/users.prom
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Prefix,
    [Parameter(Mandatory)] [string] $Source,
    [string] $KeyProperty = 'id',
    [int] $ShardCount = 8,
    [string] $MaxDrop = '10%',
    [int] $KeepLast = 7,
    [string] $LogFolder,
    [string] $MetricPath,
    [uri] $WebhookUrl,
    [string] $ModulePath = 'ShardyFusion'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if ($LogFolder) { Start-Transcript (Join-Path $LogFolder "nightly-$([datetime]::UtcNow.ToString('yyyyMMddTHHmmssZ')).log") | Out-Null }
$code = 1
try {
    Import-Module $ModulePath
    $build = @{ Prefix = $Prefix; Path = $Source; KeyProperty = $KeyProperty; ShardCount = $ShardCount; MaxDrop = $MaxDrop; Message = "from $(Split-Path $Source -Leaf)" }
    # A build whose machine died last night is gone on with: the shards that it had finished are kept.
    $dead = try { Get-SnapshotRun $Prefix -First 1 | Where-Object State -EQ Abandoned } catch { $null }
    if ($dead) { $build.ResumeRunId = $dead.RunId }
    if ($WebhookUrl) { $build.OnPublished = { & "$PSScriptRoot/Send-PublishNotice.ps1" -Published $_ -Url $WebhookUrl } }
    $built = Write-ShardedSnapshot @build
    Write-Output "Run $($built.RunId): $($built.RowCount) rows in $($built.DurationSec) s."
    $removed = Remove-StaleSnapshot $Prefix -KeepLast $KeepLast -Confirm:$false
    Write-Output "Cleaned up: $(@($removed).Count) items."
    $health = Test-ReaderHealth $Prefix -ExpectedEvery 25h
    foreach ($reason in $health.Reasons) { Write-Output "Health: $reason" }
    $code = $health.IsHealthy ? 0 : 2
}
catch {
    Write-Output "$(($_.FullyQualifiedErrorId -split ',')[0]): $($_.Exception.Message)"
    if ($_.ErrorDetails) { Write-Output $_.ErrorDetails.RecommendedAction }
    if ($_.FullyQualifiedErrorId -like 'BuildInProgress,*') { $code = 3 }
}
finally {
    if ($MetricPath) { Export-ShardMetric $MetricPath }
    if ($LogFolder) { Stop-Transcript | Out-Null }
}
exit $code
