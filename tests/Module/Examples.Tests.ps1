BeforeDiscovery {
    $examples = Get-ChildItem (Join-Path $PSScriptRoot '..' '..' 'examples') -Filter *.ps1
    $cmdlets = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '..' '..' 'ShardyFusion.psd1')).CmdletsToExport
}

BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Examples' {
    It '<_.Name> runs to its end' -ForEach $examples {
        $out = Invoke-Pwsh -NoProfile -NonInteractive -File $_.FullName 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($out -join "`n")
        $out | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty
    }
}

Describe 'Examples in the help' {
    # What the help shows must at least be possible: every command line parses and binds to its cmdlet's parameters.
    It 'of <_> name only commands and parameters that exist' -ForEach $cmdlets {
        foreach ($example in (Get-Help $_ -Full).examples.example) {
            $faults = $null
            $script = [System.Management.Automation.Language.Parser]::ParseInput($example.code, [ref]$null, [ref]$faults)
            $faults | Should -BeNullOrEmpty -Because $example.code
            foreach ($command in $script.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                # Of Microsoft.PowerShell.SecretManagement, which this machine need not have.
                if ($command.GetCommandName() -eq 'Get-Secret') { continue }
                $known = Get-Command $command.GetCommandName() -ErrorAction Stop
                foreach ($parameter in $command.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $known.ResolveParameter($parameter.ParameterName) | Should -Not -BeNullOrEmpty -Because "$known -$($parameter.ParameterName)"
                }
            }
        }
    }
}
