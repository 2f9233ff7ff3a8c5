BeforeDiscovery { $cmdlets = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '..' '..' 'ShardyFusion.psd1')).CmdletsToExport }

BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $assembly = (Get-Command Get-ShardValue).ImplementingType.Assembly
    $duration = $assembly.GetType('ShardyFusion.Cmdlets.Parameters.DurationAttribute')::new()
}

Describe 'Defaults in the help' {
    It 'of <_> are the values of a new cmdlet' -ForEach $cmdlets {
        $type = (Get-Command $_).ImplementingType
        $fresh = $type::new()
        foreach ($parameter in (Get-Help $_ -Full).parameters.parameter) {
            $property = $type.GetProperty($parameter.name)
            # Time limits of single commands are told in their texts.
            if (-not $property -or $parameter.name -in 'WhatIf', 'Confirm' -or $parameter.name -like 'TimeoutSec*') { continue }
            $value = $property.GetValue($fresh)
            $shown = $parameter.defaultValue
            if ($null -eq $value -or $value -is [switch] -or "$value" -eq '') { continue }
            $read = if ($value -is [timespan]) { $duration.Transform($null, $shown) } else { $shown }
            "$read" | Should -Be ($value -join ', ') -Because "$type -$($parameter.name)"
        }
        $fresh.Dispose()
    }

    It 'tell what the engine takes: 512 MiB of memory, 10 GiB of cache, ten minutes' {
        $write = (Get-Help Write-ShardedSnapshot -Parameter MemoryBudget).defaultValue
        $write | Should -Be 512MiB
        (Get-Help Open-ShardReader -Parameter CacheSize).defaultValue | Should -Be 10GiB
        (Get-Help Open-ShardReader -Parameter ShardIdleTime).defaultValue | Should -Be 10m
        (Get-Help Wait-ShardedSnapshot -Parameter Interval).defaultValue | Should -Be 5s
    }

    It 'say how durations and sizes are written' {
        (Get-Help Open-ShardReader -Parameter CacheSize).description.Text | Should -Contain 'A size: bytes, or with a unit, such as 64KiB, 512MiB, 20GiB.'
        (Get-Help Open-ShardReader -Parameter ShardIdleTime).description.Text | Should -Contain 'A duration: seconds, or with a unit, such as 90, 15m, 12h, 30d.'
    }
}
