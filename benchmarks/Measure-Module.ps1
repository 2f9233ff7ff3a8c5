#Requires -Version 7.4
<#
.SYNOPSIS
Measures the module beside the bare pipeline, in one go: piped rows, piped keys, import, import with the first answer.
.DESCRIPTION
The bare cmdlets do what PowerShell itself costs and nothing else: read two properties of every row, or emit an object for every key. Their rate is the limit
of ours. Medians of interleaved rounds; only the ratios carry over from machine to machine. Package the module first: dotnet run build.cs package
#>
[CmdletBinding()]
param(
    [int] $RowCount = 1000000,
    [int] $KeyCount = 100000,
    [int] $Rounds = 5,
    # The times of every round as one line of JSON, for the benchmark program.
    [switch] $AsJson,
    [string] $ModulePath = (Join-Path $PSScriptRoot '..' 'artifacts' 'ShardyFusion')
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ModulePath = Convert-Path $ModulePath
$work = (New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "measure-$([guid]::NewGuid())")).FullName

Add-Type -OutputAssembly (Join-Path $work Bare.dll) -TypeDefinition @'
using System.Management.Automation;
public sealed class BareAnswer { public object Key { get; set; } public bool Found { get; set; } public object Value { get; set; } public int ShardId { get; set; } public string RunId { get; set; } }
[Cmdlet(VerbsCommon.Get, "BareAnswer")]
public sealed class GetBareAnswer : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public object Key { get; set; }
    protected override void ProcessRecord() { WriteObject(new BareAnswer { Key = Key, Found = true, RunId = "bare" }); }
}
[Cmdlet(VerbsCommunications.Read, "BareRow")]
public sealed class ReadBareRow : PSCmdlet
{
    long count;
    [Parameter(Mandatory = true, ValueFromPipeline = true)] public PSObject InputObject { get; set; }
    protected override void ProcessRecord() { if (InputObject.Properties["id"].Value != null && InputObject.Properties["v"].Value != null) count++; }
    protected override void EndProcessing() { WriteObject(count); }
}
'@
Import-Module (Join-Path $work Bare.dll)
Import-Module $ModulePath

function Measure-Seconds([scriptblock] $Block) {
    [GC]::Collect()
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $null = & $Block
    $watch.Elapsed.TotalSeconds
}
function Get-Median([double[]] $Values) { ($Values | Sort-Object)[[int][Math]::Floor($Values.Count / 2)] }
# Installed as a .NET tool, PowerShell is run by dotnet.
$shell, $first = (Get-Process -Id $PID).Path, @()
if ((Split-Path $shell -LeafBase) -eq 'dotnet') { $first = @([Environment]::GetCommandLineArgs()[0]) }
function Measure-Import([string] $Path) {
    [double](& $shell @first -NoProfile -NonInteractive -Command "`$watch = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$Path'; `$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)")
}

function Measure-First([string] $Prefix) {
    [double](& $shell @first -NoProfile -NonInteractive -Command "`$watch = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$ModulePath'; `$null = Get-ShardValue 1 '$Prefix'; `$watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)")
}

try {
    $rows = foreach ($i in 1..$RowCount) { [pscustomobject]@{ id = $i; v = "value-$i" } }
    $keys = [int[]](1..$KeyCount)
    $prefix = Join-Path $work snap
    $empty = New-Item -ItemType Directory (Join-Path $work Empty)
    Set-Content (Join-Path $empty Empty.psd1) "@{ ModuleVersion = '1.0'; FunctionsToExport = @(); CmdletsToExport = @() }"
    $times = @{ bareRows = @(); rows = @(); bareLookups = @(); lookups = @(); bareImport = @(); import = @(); first = @() }
    foreach ($round in 1..$Rounds) {
        $times.bareRows += Measure-Seconds { $rows | Read-BareRow }
        $times.rows += Measure-Seconds { $rows | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 8 }
        $times.bareLookups += Measure-Seconds { $keys | Get-BareAnswer }
        $times.lookups += Measure-Seconds { $keys | Get-ShardValue -Prefix $prefix }
        $times.bareImport += Measure-Import (Join-Path $empty Empty.psd1)
        $times.import += Measure-Import $ModulePath
        $times.first += Measure-First $prefix
    }
    if ($AsJson) {
        ConvertTo-Json $times -Compress
        return
    }
    $median = @{}
    foreach ($name in $times.Keys) { $median[$name] = Get-Median $times[$name] }
    [pscustomobject]@{ Work = "$RowCount piped rows"; Bare = '{0:N2} s' -f $median.bareRows; Ours = '{0:N2} s' -f $median.rows; Share = '{0:P0}' -f ($median.bareRows / $median.rows); Target = '60 %' }
    [pscustomobject]@{ Work = "$KeyCount piped keys"; Bare = '{0:N2} s' -f $median.bareLookups; Ours = '{0:N2} s' -f $median.lookups; Share = '{0:P0}' -f ($median.bareLookups / $median.lookups); Target = '60 %' }
    [pscustomobject]@{ Work = 'import'; Bare = '{0:N0} ms' -f $median.bareImport; Ours = '{0:N0} ms' -f $median.import; Share = '+{0:N0} ms' -f ($median.import - $median.bareImport); Target = '+100 ms' }
    [pscustomobject]@{ Work = 'import and first answer'; Bare = '{0:N0} ms' -f $median.bareImport; Ours = '{0:N0} ms' -f $median.first; Share = '+{0:N0} ms' -f ($median.first - $median.bareImport); Target = '+200 ms' }
}
finally {
    Remove-Item $work -Recurse -Force -ErrorAction Ignore
}
