#Requires -Version 7.4
# The module's package, installed as users install it, from a folder.

BeforeAll { . (Join-Path $PSScriptRoot 'ModuleUnderTest.ps1') }

Describe 'The package' {
    It 'installs from a folder into a home of its own, and runs the first session there' -Skip:$IsWindows {
        $feed = Join-Path $TestDrive 'feed'
        dotnet pack (Join-Path $PSScriptRoot '../../tools/ModulePackage') -c Release -v q --nologo -o $feed | Out-Null
        Get-ChildItem $feed -Filter '*.nupkg' | Should -HaveCount 1
        $userHome, $variables = (New-Item -ItemType Directory (Join-Path $TestDrive 'home')), @{}
        foreach ($name in 'HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME') { $variables[$name] = (Get-Item "env:$name" -ErrorAction Ignore).Value }
        try {
            foreach ($name in 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME') { Set-Item "env:$name" $null }
            $env:HOME = $userHome
            $said = Invoke-FreshPwsh @"
Register-PSResourceRepository -Name folder -Uri '$feed' -Trusted
Install-PSResource ShardyFusion -Repository folder -Scope CurrentUser
Import-Module ShardyFusion
'base: ' + (Get-Module ShardyFusion).ModuleBase
'commands: ' + @(Get-Command -Module ShardyFusion).Count
1..100 | ForEach-Object { [pscustomobject]@{ id = `$_; name = "n`$_" } } | Write-ShardedSnapshot '$TestDrive/installed' -KeyProperty id -ShardCount 2 | Out-Null
'value: ' + (42 | Get-ShardValue -Prefix '$TestDrive/installed').Value.name
'help: ' + (Get-Help Write-ShardedSnapshot).Synopsis.Length
"@
        }
        finally { foreach ($name in $variables.Keys) { Set-Item "env:$name" $variables[$name] } }
        $said | Where-Object { $_ -like 'base: *' } | Should -BeLike "base: $userHome/*ShardyFusion*" -Because ($said -join "`n")
        [int](($said | Where-Object { $_ -like 'commands: *' }) -replace '\D') | Should -Be @(Get-Command -Module ShardyFusion).Count
        $said | Should -Contain 'value: n42'
        [int](($said | Where-Object { $_ -like 'help: *' }) -replace '\D') | Should -BeGreaterThan 10
    }
}
