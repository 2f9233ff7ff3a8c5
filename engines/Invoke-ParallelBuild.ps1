<#
.SYNOPSIS
Builds a snapshot by tasks that ForEach-Object -Parallel runs, each a shardy process; or, with -ComputerName, by PowerShell remoting.
.EXAMPLE
./Invoke-ParallelBuild.ps1 -Path rows.csv -KeyProperty id -Prefix /mnt/snap -ShardCount 8 -Maps 32 -PlanOption '--key-encoding', 'u64be'
#>
param(
    [Parameter(Mandatory)][string[]] $Path,
    [Parameter(Mandatory)][string] $KeyProperty,
    [Parameter(Mandatory)][string] $Prefix,
    [Parameter(Mandatory)][int] $ShardCount,
    [int] $Maps = 8,
    # Machines that find files and prefix under the same names; the tasks go round. Without them all run here.
    [string[]] $ComputerName,
    [int] $ThrottleLimit = [Environment]::ProcessorCount,
    [string] $Command = 'shardy',
    [string[]] $PlanOption = @(),
    [string[]] $CompleteOption = @()
)
$ErrorActionPreference = 'Stop'
function Invoke-Shardy([string[]] $Arguments) {
    $answer = & $Command @Arguments --prefix $Prefix -o json
    if ($LASTEXITCODE -ne 0) { throw "shardy $($Arguments -join ' ') failed with exit code $LASTEXITCODE." }
    $answer | ConvertFrom-Json
}
function Invoke-Tasks([object[]] $Tasks) {
    $Tasks | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel {
        $words, $computers, $prefix, $command = $_.Words, $using:ComputerName, $using:Prefix, $using:Command
        $body = {
            param($command, $words, $prefix)
            # Three tries; what another attempt has done already changes nothing.
            foreach ($try in 1..3) {
                & $command @words --prefix $prefix -o text
                if ($LASTEXITCODE -eq 0) { return }
            }
            throw "shardy $($words -join ' ') failed three times, the last time with exit code $LASTEXITCODE."
        }
        if (-not $computers) { & $body $command $words $prefix }
        else { Invoke-Command -ComputerName $computers[$_.Index % $computers.Count] -ScriptBlock $body -ArgumentList $command, $words, $prefix }
    } | Write-Verbose
}
$plan = Invoke-Shardy (@('job', 'plan') + $Path + @('--key', $KeyProperty, '--shards', $ShardCount, '--maps', $Maps) + $PlanOption)
$job = $plan.job_id
Invoke-Tasks @(0..($plan.maps - 1) | ForEach-Object { @{ Index = $_; Words = 'job', 'map', $job, $_ } })
Invoke-Tasks @(0..($ShardCount - 1) | ForEach-Object { @{ Index = $_; Words = 'job', 'reduce', $job, $_ } })
Invoke-Shardy (@('job', 'complete', $job) + $CompleteOption)
