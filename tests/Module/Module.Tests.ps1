BeforeDiscovery {
    $cmdlets = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '..' '..' 'ShardyFusion.psd1')).CmdletsToExport
}

BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Manifest' {
    It 'passes Test-ModuleManifest' {
        $manifest = Test-ModuleManifest (Join-Path $ModulePath ShardyFusion.psd1) -ErrorAction Stop
        $manifest.Version | Should -Be ([System.Reflection.AssemblyName]::GetAssemblyName((Join-Path $ModulePath ShardyFusion.Loader.dll)).Version.ToString(3))
        $manifest.ExportedFunctions.Count + $manifest.ExportedAliases.Count + $manifest.ExportedVariables.Count | Should -Be 0
    }

    It 'exports <_>' -ForEach $cmdlets { Get-Command $_ -Module ShardyFusion -CommandType Cmdlet | Should -Not -BeNullOrEmpty }

    It 'exports nothing else' { (Get-Command -Module ShardyFusion).Count | Should -Be $cmdlets.Count } -TestCases @{ cmdlets = $cmdlets }
}

Describe 'Loading' {
    It 'keeps its commands through Import-Module -Force, five times' -TestCases @{ count = "$($cmdlets.Count)" } {
        $out = Invoke-FreshPwsh '1..5 | ForEach-Object { Import-Module $ModulePath -Force; (Get-Command -Module ShardyFusion).Count }; (Test-ReaderHealth ./none).Status'
        $out | Should -Be $count, $count, $count, $count, $count, 'Unhealthy'
    }

    It 'leaves nothing behind when it is removed, and comes back' {
        $out = Invoke-FreshPwsh 'Import-Module $ModulePath; Remove-Module ShardyFusion; @(Get-Command Get-ShardValue -ErrorAction Ignore).Count; @(Get-Module | Where-Object Name -like "ShardyFusion*").Count; Import-Module $ModulePath; @(Get-Command Get-ShardValue).Count'
        $out | Should -Be '0', '0', '1'
    }

    It 'imports in four runspaces at the same time' -TestCases @{ count = "$($cmdlets.Count)" } {
        $out = Invoke-FreshPwsh @'
$all = 1..4 | ForEach-Object {
    $shell = [powershell]::Create().AddScript('param($path) Import-Module $path; (Get-Command -Module ShardyFusion).Count').AddArgument($ModulePath)
    @{ Shell = $shell; Result = $shell.BeginInvoke() }
}
foreach ($one in $all) { $one.Shell.EndInvoke($one.Result); if ($one.Shell.HadErrors) { $one.Shell.Streams.Error } }
'@
        $out | Should -Be $count, $count, $count, $count
    }

    It 'keeps its dependencies out of the default load context' {
        $out = Invoke-FreshPwsh @'
Import-Module $ModulePath
[pscustomobject]@{ id = 1; v = 'x' } | Write-ShardedSnapshot (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid())) -KeyProperty id -ShardCount 1 | Out-Null
[System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name } | Where-Object { $_ -match '^(ShardyFusion|YamlDotNet|AWSSDK|Polly|CsvHelper)' }
'@
        $out | Should -Be 'ShardyFusion.Loader'
    }

    It 'works beside another <Name>, loaded <Order>' -ForEach @(
        @{ Name = 'YamlDotNet'; Order = 'before' }, @{ Name = 'YamlDotNet'; Order = 'after' }
        @{ Name = 'AWSSDK.Core'; Order = 'before' }, @{ Name = 'AWSSDK.Core'; Order = 'after' }
    ) {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive "$Name-$Order")).FullName
        $other = @"
[void][System.Reflection.Assembly]::LoadFrom('$folder/$Name.dll')
"@
        New-Assembly "$folder/$Name.dll" 1.2.3.4 OtherModule.Marker
        # A build and a read parse manifests; a refused connection needs the SDK's types.
        $ours = @"
Import-Module `$ModulePath
[pscustomobject]@{ id = 1; v = 'x' } | Write-ShardedSnapshot '$folder/snap' -KeyProperty id -ValueProperty v -ShardCount 1 | Out-Null
(Get-ShardValue 1 '$folder/snap').Value
"@
        if ($Name -like 'AWSSDK*') {
            $ours += "`n`$key = [pscredential]::new('id', (ConvertTo-SecureString 'secret' -AsPlainText -Force)); (Test-ReaderHealth s3://bucket/p -EndpointUrl http://127.0.0.1:1 -Credential `$key).ErrorId"
        }
        $theirs = '[OtherModule.Marker].Assembly.GetName().ToString()'
        $out = Invoke-FreshPwsh ($Order -eq 'before' ? "$other`n$ours`n$theirs" : "$ours`n$other`n$theirs")
        $expected = @('x'; if ($Name -like 'AWSSDK*') { 'StorageTransient' }; "$Name, Version=1.2.3.4, Culture=neutral, PublicKeyToken=null")
        $out | Should -Be $expected
    }

    It 'refuses a second version in one process' {
        $second = Join-Path $TestDrive 'second' 'ShardyFusion'
        Copy-Item $ModulePath $second -Recurse
        # Stands for the other version's loader.
        New-Assembly (Join-Path $second ShardyFusion.Loader.dll) 9.9.9.0 ShardyFusion.Loader.ModuleContext
        $out = Invoke-FreshPwsh @"
Import-Module `$ModulePath
try { Import-Module '$second' ; 'loaded twice' } catch { 'refused' }
(Get-Command Get-ShardValue).Module.ModuleBase -eq `$ModulePath
"@
        $out | Should -Be 'refused', 'True'
    }
}

Describe 'Error records' {
    It 'have a category and an advice for every kind of error' {
        $cmdlets = (Get-Command Get-ShardValue).ImplementingType.Assembly
        $core = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($cmdlets).Assemblies | Where-Object { $_.GetName().Name -eq 'ShardyFusion.Core' }
        $make = $cmdlets.GetType('ShardyFusion.Cmdlets.Errors.ErrorRecords').GetMethod('Of')
        foreach ($kind in [enum]::GetValues($core.GetType('ShardyFusion.Errors.ErrorKind'))) {
            $failure = [Activator]::CreateInstance($core.GetType('ShardyFusion.Errors.ShardyFusionException'), [object[]]($kind, 'what happened', $null))
            $record = $make.Invoke($null, @($failure, 'target'))
            $record.FullyQualifiedErrorId | Should -Be "$kind"
            $record.CategoryInfo.Category | Should -Not -Be NotSpecified
            $record.TargetObject | Should -Be target
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Help of <_>' -ForEach $cmdlets {
    BeforeAll { $help = Get-Help $_ -Full }

    It 'has a synopsis and a description' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -BeLike "*$($help.Name)*-Prefix*"
        $help.description.Text | Should -Not -BeNullOrEmpty
    }

    It 'has at least two examples with code and title' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        $help.examples.example | ForEach-Object { $_.code | Should -Not -BeNullOrEmpty; $_.title | Should -Match 'Example \d+: \w' }
    }

    It 'describes every parameter' {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        foreach ($name in (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin $common }) {
            (Get-Help $help.Name -Parameter $name).description.Text | Should -Not -BeNullOrEmpty -Because "-$name"
        }
    }

    It 'shows every parameter set in the syntax' { @($help.syntax.syntaxItem).Count | Should -Be (Get-Command $_).ParameterSets.Count }
}

Describe 'about_ShardyFusion' {
    It 'is found' { Invoke-FreshPwsh 'Import-Module $ModulePath; (Get-Help about_ShardyFusion) -join "`n"' | Out-String | Should -BeLike '*SHARDYFUSION_PREFIX*' }
}

Describe 'Third-party notices' {
    It 'name every assembly that is shipped and not ours, with its licence and its text' {
        $notices = Get-Content (Join-Path $ModulePath THIRD-PARTY-NOTICES.txt) -Raw
        $shipped = Get-ChildItem (Join-Path $ModulePath lib) -Recurse -Filter *.dll | Where-Object Name -NotLike 'ShardyFusion.*' | ForEach-Object Name | Sort-Object -Unique
        $shipped.Count | Should -BeGreaterThan 5
        foreach ($name in $shipped) { $notices | Should -Match "(?m)^  files: (.*, )?$([regex]::Escape($name))(,|$)" }
        foreach ($licence in [regex]::Matches($notices, '(?m)^  licence: (.+)$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique) {
            $notices | Should -Match "(?m)^-{80}\n$([regex]::Escape($licence)): .+\n\n\s*\S"
        }
        $notices | Should -Not -Match '(?i)error|/root|/home'
    }
}
