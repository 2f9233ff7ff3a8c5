#!/usr/bin/env pwsh
<#
.SYNOPSIS
Runs the acceptance list of a store against a prefix of it, and prints one line for each check: pass, fail or skip.
.DESCRIPTION
Builds its own snapshots below the prefix, in a folder of this run; nothing else is touched. On a disk that folder is removed at the end; in a bucket it stays,
and the last line names it. The exit code is 1 when a check failed.
.PARAMETER Prefix
A folder (the default is a new temporary one) or s3://bucket/path.
.PARAMETER EndpointUrl
Endpoint of an S3-compatible store, reached by path style. Credentials come from the profile or the environment.
.PARAMETER ShardCount
Numbers of shards to build with; 8, 64 and 256 without it.
.PARAMETER RowCount
Rows of each snapshot.
.EXAMPLE
./examples/CloudChecklist.ps1
.EXAMPLE
./examples/CloudChecklist.ps1 -Prefix s3://bucket/acceptance -EndpointUrl https://storage.googleapis.com
#>
[CmdletBinding()]
param(
    [string] $Prefix,
    [string] $EndpointUrl,
    [string] $Region,
    [int[]] $ShardCount = (8, 64, 256),
    [int] $RowCount = 2000,
    [string] $ModulePath = (Join-Path $PSScriptRoot '..' 'artifacts' 'ShardyFusion')
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $ModulePath
$id = [guid]::NewGuid().ToString('N').Substring(0, 8)
if (-not $Prefix) { $Prefix = [IO.Path]::GetTempPath() }
$isRemote = $Prefix -like '*://*' -and $Prefix -notlike 'file:*'
$root = $isRemote ? "$($Prefix.TrimEnd('/'))/checklist-$id" : (Join-Path $Prefix "shardyfusion-checklist-$id")
$store = @{}
if ($EndpointUrl) { $store.EndpointUrl = $EndpointUrl; $store.ForcePathStyle = $true }
if ($Region) { $store.Region = $Region }
# Which shard shardyfusion routes integers to: xxh3_64 of 8 little-endian bytes, modulo the number of shards.
$hashOf = [ordered]@{ 0 = 14374147212387527897; 1 = 3439722301264460078; 2 = 2343778756980564547; 42 = 15395265915043915720; 255 = 936843873771430885 }
$failed = 0

# Runs one check: it passes unless it throws; what it puts out is the detail of the line.
function Check([string] $Name, [scriptblock] $Body) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    try { $word, $detail = 'pass', (& $Body) } catch { $word, $detail = 'fail', $_.Exception.Message; $script:failed++ }
    '{0}  {1}  ({2:0.0} s){3}' -f $word, $Name, $watch.Elapsed.TotalSeconds, ($detail ? "  $detail" : '')
}
function Skip([string] $Name, [string] $Why) { "skip  $Name  $Why" }
function Require([bool] $Condition, [string] $Otherwise) { if (-not $Condition) { throw $Otherwise } }
function Rows([string] $Tag, [int] $Count = $RowCount) { foreach ($i in 0..($Count - 1)) { [pscustomobject]@{ id = $i; value = "$Tag-$i" } } }

$child = @'
param($ModulePath, $Options)
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$store = $Options | ConvertFrom-Json -AsHashtable
0, 1, 42, 255 | Get-ShardValue @store | ForEach-Object { "$($_.Key) $($_.ShardId) $($_.Value)" }
'@

try {
    Check 'store: what publishing and reading rely on' {
        $results = Test-ShardStore $root @store
        $broken = @($results | Where-Object { $_.Required -and $_.Passed -ne $true })
        Require ($broken.Count -eq 0) "not honoured: $($broken.Check -join ', ')"
        "$($results.Count) properties"
    }
    if ($EndpointUrl) { Check 'endpoint: path style, conditional writes' { Require (Test-ShardStore $root @store -Quiet) "not every property holds at $EndpointUrl"; $EndpointUrl } }
    else { Skip 'endpoint: path style, conditional writes' 'no -EndpointUrl is given' }

    foreach ($count in $ShardCount) {
        $snap = $isRemote ? "$root/shards-$count" : (Join-Path $root "shards-$count")
        Check "$count shards: build and publish" {
            $built = Rows a | Write-ShardedSnapshot $snap @store -KeyProperty id -ValueProperty value -ShardCount $count -RunId a
            Require ($built.Published -and $built.RowCount -eq $RowCount) "published $($built.Published), $($built.RowCount) rows"
            "$($built.RowCount) rows"
        }
        Check "$count shards: manifest valid, every key on its shard" {
            $verified = Test-ShardedSnapshot $snap @store -Level Deep
            Require $verified.Passed "$($verified.Findings)"
            Require ($verified.RowsRead -eq $RowCount) "$($verified.RowsRead) rows of $RowCount"
            "$($verified.ShardsChecked) shards with rows"
        }
        Check "$count shards: routing equal to shardyfusion's" {
            foreach ($key in $hashOf.Keys) {
                $expected = [int]([bigint]$hashOf.$key % $count)
                $actual = (Resolve-ShardKey ([long]$key) -Prefix $snap @store).ShardId
                Require ($actual -eq $expected) "key $key is on shard $actual, not $expected"
            }
            "$($hashOf.Count) keys"
        }
        Check "$count shards: read from another process" {
            $file = New-TemporaryFile | Rename-Item -NewName { "$($_.BaseName).ps1" } -PassThru
            try {
                Set-Content $file $child
                $options = @{ Prefix = $snap } + $store | ConvertTo-Json -Compress
                $self = (Get-Process -Id $PID).Path
                # Installed as a .NET tool, PowerShell's process is dotnet.
                $program = @(if ([IO.Path]::GetFileNameWithoutExtension($self) -eq 'dotnet') { $self; Join-Path $PSHOME 'pwsh.dll' } else { $self })
                $start = @($program | Select-Object -Skip 1) + '-NoProfile', '-NonInteractive', '-File', "$file", $ModulePath, $options
                $lines = & $program[0] @start 2>&1 | ForEach-Object ToString
            } finally { Remove-Item $file }
            $expected = 0, 1, 42, 255 | Get-ShardValue -Prefix $snap @store | ForEach-Object { "$($_.Key) $($_.ShardId) $($_.Value)" }
            Require ("$lines" -ceq "$expected") "it read '$($lines -join '; ')'"
            '4 keys'
        }
    }

    $snap = $isRemote ? "$root/shards-$($ShardCount[0])" : (Join-Path $root "shards-$($ShardCount[0])")
    Check 'publish: a second snapshot, roll back, history' {
        Rows b | Write-ShardedSnapshot $snap @store -KeyProperty id -ValueProperty value -ShardCount $ShardCount[0] -RunId b | Out-Null
        Require ((Get-ShardValue 7 $snap @store).Value -ceq 'b-7') 'the second snapshot is not read'
        $change = Set-CurrentManifest $snap @store -Offset 1 -Confirm:$false -PassThru
        Require ($change.To -ceq 'a' -and (Get-ShardValue 7 $snap @store).Value -ceq 'a-7') 'the first snapshot is not read after the rollback'
        "$(@(Get-ManifestHistory $snap @store).Count) snapshots"
    }
    Check 'rate limit: rows a second are kept while writing' {
        $limited = $isRemote ? "$root/limited" : (Join-Path $root limited)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Rows c 600 | Write-ShardedSnapshot $limited @store -KeyProperty id -ValueProperty value -ShardCount 2 -MaxWritesPerSecond 200 | Out-Null
        $rate = 600 / $watch.Elapsed.TotalSeconds
        # The first tenth of a second passes at once.
        Require ($rate -le 200 * 1.05) ('{0:N0} rows a second, 200 are allowed' -f $rate)
        '{0:N0} rows a second of 200' -f $rate
    }
    if ($isRemote) {
        Check 'rate limit: requests a second are kept while reading' {
            $reader = Open-ShardReader $snap @store -Mode Range -MaxReadsPerSecond 4
            try {
                $before, $watch = $reader.ReadCount, [Diagnostics.Stopwatch]::StartNew()
                Initialize-ShardReader -Reader $reader -Level Full | Out-Null
                $requests = $reader.ReadCount - $before
                $rate = ($requests - 1) / $watch.Elapsed.TotalSeconds
                Require ($requests -ge $ShardCount[0]) "$requests requests tell nothing"
                Require ($rate -le 4 * 1.05) ('{0:N1} requests a second, 4 are allowed' -f $rate)
                '{0:N1} requests a second of 4' -f $rate
            } finally { Close-ShardReader $reader }
        }
    } else { Skip 'rate limit: requests a second are kept while reading' 'a disk has no requests' }
    Check 'refresh under load: 10 threads read while the snapshot changes 20 times' {
        $reader = Open-ShardReader $snap @store
        $stop = [Threading.ManualResetEventSlim]::new()
        try {
            $work = 1..10 | ForEach-Object -AsJob -ThrottleLimit 10 -Parallel {
                Import-Module $using:ModulePath
                $reader = $using:reader; $stop = $using:stop; $reads = 0
                do {
                    foreach ($answer in 1, 42, 99 | Get-ShardValue -Reader $reader -ErrorAction Stop) {
                        if ($answer.Value -cne "$($answer.RunId)-$($answer.Key)") { throw "Key $($answer.Key) of run $($answer.RunId) has '$($answer.Value)'." }
                        $reads++
                    }
                } until ($stop.IsSet)
                $reads
            }
            try {
                foreach ($i in 1..20) {
                    $to = $i % 2 ? 'b' : 'a'
                    Set-CurrentManifest $snap @store -RunId $to -Confirm:$false -WarningAction SilentlyContinue
                    Require ((Update-ShardReader $reader).To -ceq $to) "refresh $i did not reach run $to"
                }
            } finally { $stop.Set() }
            # Removed afterwards: -AutoRemoveJob can look for a job that its own end has removed.
            $reads = $work | Wait-Job | Receive-Job -ErrorAction Stop
            Remove-Job $work
            "$(($reads | Measure-Object -Sum).Sum) reads, no error"
        } finally { Close-ShardReader $reader }
    }
    Check 'health: every shard answers' {
        $health = Test-ReaderHealth $snap @store -Deep
        Require ("$($health.Status)" -ceq 'Healthy') "$($health.Status): $($health.Reasons)"
        "$($health.ShardsProbed) shards probed"
    }
}
finally {
    Disconnect-ShardStore
    if (-not $isRemote -and (Test-Path $root)) { Remove-Item $root -Recurse -Force }
}
if ($isRemote) { "left   $root" }
"$($failed ? "$failed checks failed" : 'all checks passed')"
exit ($failed ? 1 : 0)
