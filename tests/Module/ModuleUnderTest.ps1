# Dot-sourced by every test file: the packaged module, and what the tests need to look at it from outside.
$ModulePath = Join-Path $PSScriptRoot '..' '..' 'artifacts' 'ShardyFusion' | Convert-Path
Import-Module $ModulePath -ErrorAction Stop

# The error record of a block that must fail.
function Get-Failure([scriptblock] $Block) {
    $ErrorActionPreference = 'Stop'
    try { & $Block | Out-Null } catch { return $_ }
    throw "The block did not fail: $Block"
}

# Asserts on what scripts may rely on: id, category, target. Never on the message.
function Assert-Failure([scriptblock] $Block, [string] $Id, [string] $Category, $Target) {
    $failure = Get-Failure $Block
    ($failure.FullyQualifiedErrorId -split ',')[0] | Should -BeExactly $Id -Because $failure.Exception.Message
    $failure.FullyQualifiedErrorId | Should -BeLike '*,ShardyFusion.Cmdlets.Commands.*Command'
    $failure.CategoryInfo.Category | Should -Be $Category
    if ($PSBoundParameters.ContainsKey('Target')) { $failure.TargetObject | Should -Be $Target }
    $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
}

# Starts this PowerShell anew; installed as a .NET tool its process is dotnet.
function Invoke-Pwsh {
    $self = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($self) -eq 'dotnet') { & $self (Join-Path $PSHOME 'pwsh.dll') @args } else { & $self @args }
}

# Runs a script in a new process; gives its output lines, errors among them.
function Invoke-FreshPwsh([string] $Script) {
    $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
    Set-Content $file "`$ErrorActionPreference = 'Stop'; `$ModulePath = '$ModulePath'`n$Script"
    Invoke-Pwsh -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object ToString
}

# A real assembly of a chosen name and version, with one public type.
function New-Assembly([string] $Path, [string] $Version, [string] $TypeName) {
    'Microsoft.CodeAnalysis', 'Microsoft.CodeAnalysis.CSharp' | ForEach-Object { Add-Type -Path (Join-Path $PSHOME "$_.dll") }
    $space, $type = $TypeName -split '\.(?=[^.]+$)'
    $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText("[assembly: System.Reflection.AssemblyVersion(`"$Version`")] namespace $space { public class $type { } }")
    $runtime = [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location)
    $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create([System.IO.Path]::GetFileNameWithoutExtension($Path),
        [Microsoft.CodeAnalysis.SyntaxTree[]]$tree, [Microsoft.CodeAnalysis.MetadataReference[]]$runtime,
        [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary'))
    $file = [System.IO.File]::Create($Path)
    try { $compilation.Emit($file).Success | Should -BeTrue } finally { $file.Dispose() }
}

function New-Row([int[]] $Id, [string] $Tag = 'a') { foreach ($i in $Id) { [pscustomobject]@{ id = $i; name = "n$i"; tag = $Tag } } }

# A prefix with snapshots of 100, 200, … rows, the last one current.
function New-Snapshot([string] $Name, [int] $Count = 1) {
    $prefix = Join-Path $TestDrive $Name
    foreach ($i in 1..$Count) { New-Row (1..(100 * $i)) "s$i" | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 -RunId "run-$i" | Out-Null }
    $prefix
}

function Get-CurrentRun([string] $Prefix) { (Get-Content (Join-Path $Prefix '_CURRENT') -Raw | ConvertFrom-Json).run_id }

# Status of each run record, by run id.
function Get-RunStatus([string] $Prefix) {
    $status = @{}
    foreach ($record in Get-ChildItem (Join-Path $Prefix 'runs') -Recurse -Filter run.yaml) {
        $text = Get-Content $record -Raw
        $status[[regex]::Match($text, '(?m)^run_id: [''"]?([^''"\r\n]+)').Groups[1].Value] = [regex]::Match($text, '(?m)^status: (\S+)').Groups[1].Value
    }
    $status
}

# A deep list of a folder's files with sizes and times, to prove that nothing was written.
function Get-Tree([string] $Path) { Get-ChildItem $Path -Recurse -Force | ForEach-Object { '{0} {1} {2:o}' -f $_.FullName, $_.Length, $_.LastWriteTimeUtc } }

# Waits for a condition without caring how fast the machine is.
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 60) {
    $limit = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $limit) { throw "Waited $Seconds s in vain for: $Condition" }
        [System.Threading.Thread]::Sleep(20)
    }
}
