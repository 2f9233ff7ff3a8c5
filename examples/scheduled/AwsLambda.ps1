# AWS Lambda with the PowerShell runtime (AWSLambdaPSCore): looks at the health of the prefixes in PREFIXES every few minutes. A function that is triggered by a
# schedule fails when it throws, and its Errors metric raises the alarm. Building belongs to CodeBuild or Batch: a function has 15 minutes and a small disk.
#Requires -Modules @{ ModuleName = 'ShardyFusion'; ModuleVersion = '0.1.0' }
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$found = $env:PREFIXES -split ',' | Test-ReaderHealth -ExpectedEvery 25h
foreach ($health in $found) { Write-Host "$($health.Prefix): $($health.Status) $($health.Reasons -join ' ')" }
$bad = @($found | Where-Object IsHealthy -EQ $false)
if ($bad.Count -gt 0) { throw "$($bad.Count) of $(@($found).Count) prefixes are not healthy: $($bad.Prefix -join ', ')" }
