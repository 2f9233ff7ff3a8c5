#Requires -Version 7.4
# What 'shardy completion powershell' prints, in PowerShell.

Describe 'The completion of the command line' {
    BeforeAll {
        $script:path = $env:PATH
        $env:PATH = (Join-Path $PSScriptRoot '../../ShardyFusion.Cli/bin/Release/net10.0') + [IO.Path]::PathSeparator + $env:PATH
        shardy completion powershell | Out-String | Invoke-Expression
    }
    AfterAll { $env:PATH = $script:path }

    It "completes '<Line>'" -ForEach @(
        @{ Line = 'shardy roll'; Expected = 'rollback' }
        @{ Line = 'shardy write --dup'; Expected = '--duplicate-key' }
        @{ Line = 'shardy write --duplicate-key '; Expected = 'last', 'first', 'fail', 'any' }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText | Should -Be $Expected
    }
}
