#Requires -Version 7.4
<#
.SYNOPSIS
Builds, tests and packages the project.
.DESCRIPTION
The same tasks as 'dotnet run build.cs', which needs no PowerShell: Build compiles, Test runs every test, Pester only those of the packaged
module, Package makes the module folder artifacts/ShardyFusion, Format mends what
.editorconfig says, Fuzz damages files at random for a minute.
.EXAMPLE
./build.ps1 Package; Import-Module ./artifacts/ShardyFusion
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Pester', 'Package', 'Format', 'Fuzz')]
    [string] $Task = 'Test'
)
dotnet run (Join-Path $PSScriptRoot 'build.cs') $Task.ToLowerInvariant()
exit $LASTEXITCODE
