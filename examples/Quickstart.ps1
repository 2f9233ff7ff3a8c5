#!/usr/bin/env pwsh
<#
.SYNOPSIS
The whole story on real data: build, read, publish a change, look at the history, roll back, check health.
.DESCRIPTION
Works on any prefix: a folder (the default is a new temporary one) or s3://bucket/path. Each step prints what it does and what it shows.
.EXAMPLE
./examples/Quickstart.ps1
.EXAMPLE
./examples/Quickstart.ps1 -Prefix s3://bucket/cities -EndpointUrl http://127.0.0.1:7480
#>
[CmdletBinding()]
param(
    [string] $Prefix,
    [string] $EndpointUrl,
    [string] $ModulePath = (Join-Path $PSScriptRoot '..' 'artifacts' 'ShardyFusion')
)
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$temporary = -not $Prefix
if ($temporary) { $Prefix = Join-Path ([IO.Path]::GetTempPath()) "shardyfusion-quickstart-$([guid]::NewGuid().ToString('N').Substring(0, 8))" }
$store = @{ Prefix = $Prefix }
if ($EndpointUrl) { $store.EndpointUrl = $EndpointUrl; $store.ForcePathStyle = $true }
$cities = Join-Path $PSScriptRoot '..' 'data' 'cities.csv.gz'

function Step([string] $Text) { Write-Host "`n== $Text" -ForegroundColor Cyan }

try {
    Step "Build 8 shards from $(Split-Path $cities -Leaf), straight from the file"
    $first = Write-ShardedSnapshot @store -Path $cities -KeyProperty geonameid -KeyEncoding U64BE -ShardCount 8 -Message 'all cities'
    $first | Format-List RunId, RowCount, ShardCount, ShardBytes, Published | Out-Host

    Step 'Read three keys, one of which does not exist'
    2950159, 2643743, 1 | Get-ShardValue @store | Format-Table Key, Found, Value | Out-Host

    Step 'Publish a second snapshot through the pipeline: only cities of at least a million inhabitants'
    $reader = [IO.StreamReader]::new([IO.Compression.GZipStream]::new([IO.File]::OpenRead($cities), [IO.Compression.CompressionMode]::Decompress))
    $rows = try { $reader.ReadToEnd() | ConvertFrom-Csv } finally { $reader.Dispose() }
    $second = $rows | Where-Object { [long] $_.population -ge 1000000 } |
        Write-ShardedSnapshot @store -KeyProperty geonameid -KeyEncoding U64BE -ShardCount 8 -Message 'large cities only'
    "$($first.RowCount) rows before, $($second.RowCount) now" | Out-Host

    Step 'The history, newest first'
    Get-ManifestHistory @store | Out-Host

    Step 'That was a mistake: roll back to the snapshot before it'
    Get-ManifestHistory @store | Select-Object -Skip 1 -First 1 | Set-CurrentManifest @store -Confirm:$false -PassThru | Out-Host

    Step 'Health'
    $health = Test-ReaderHealth @store -StalenessThreshold 1h
    $health | Out-Host
    if ($health.Status -ne 'Healthy') { throw "Expected a healthy reader, found $($health.Status)." }
    if ((Get-ShardValue @store -Key 2950159).RunId -ne $first.RunId) { throw 'The rollback did not take effect.' }
    Step 'Done'
}
finally {
    if ($temporary -and (Test-Path $Prefix)) { Remove-Item $Prefix -Recurse -Force }
}
