#!/usr/bin/env pwsh
<#
.SYNOPSIS
Registers NightlyBuild.ps1 with the Task Scheduler of Windows, every night at 2:00.
.DESCRIPTION
A task that is still running is not started again, one that was missed runs as soon as the machine is on, and one that failed is tried twice more. The account needs the right to log on as a batch job.
With -PassThru it only returns the command line, which runs anywhere.
.EXAMPLE
./Register-NightlyTask.ps1 -Arguments '-Prefix s3://bucket/users -Source D:\data\users.csv.gz -LogFolder D:\logs' -UserName CONTOSO\svc-shardy$
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Arguments,
    [string] $TaskName = 'ShardyFusion nightly build',
    [string] $UserName = 'NT AUTHORITY\NETWORK SERVICE',
    [switch] $PassThru
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$script = Join-Path $PSScriptRoot NightlyBuild.ps1
$line = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`" $Arguments"
if ($PassThru) { return $line }
$task = @{
    TaskName  = $TaskName
    Action    = New-ScheduledTaskAction -Execute pwsh.exe -Argument $line
    Trigger   = New-ScheduledTaskTrigger -Daily -At 2am
    Principal = New-ScheduledTaskPrincipal -UserId $UserName -LogonType ServiceAccount
    Settings  = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -StartWhenAvailable -RestartCount 2 -RestartInterval (New-TimeSpan -Minutes 10) -ExecutionTimeLimit (New-TimeSpan -Hours 4)
}
Register-ScheduledTask @task
