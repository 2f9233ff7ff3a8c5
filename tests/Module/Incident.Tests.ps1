
BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $guide = Get-Content (Join-Path $PSScriptRoot '..' '..' 'docs' 'guide' 'incident.md') -Raw
    $commands = [regex]::Matches($guide, '(?s)```powershell\n(.*?)\n```').ForEach{ $_.Groups[1].Value }
    # Yesterday's prices, and the publish that made them zero.
    function New-Incident([string] $Name) {
        $folder = Join-Path $TestDrive $Name
        New-Item $folder -ItemType Directory | Out-Null
        $prefix = Join-Path $folder snap
        $load = @{ KeyProperty = 'id'; ValueProperty = 'price'; ShardCount = 4 }
        $price = { $_ -eq 42 ? '4.20' : "$_.00" }
        1..100 | ForEach-Object { [pscustomobject]@{ id = $_; price = & $price } } | Write-ShardedSnapshot $prefix @load -RunId good | Out-Null
        1..100 | ForEach-Object { [pscustomobject]@{ id = $_; price = '0' } } | Write-ShardedSnapshot $prefix @load -RunId bad | Out-Null
        1..100 | ForEach-Object { [pscustomobject]@{ id = $_; price = & $price } } | Export-Csv (Join-Path $folder corrected.csv)
        $folder
    }
}

Describe 'The guide for an incident' {
    It 'has at most eight commands' { $commands.Count | Should -BeGreaterThan 4; $commands.Count | Should -BeLessOrEqual 8 }

    It 'leads from a bad publish to a repaired snapshot, with no error and no surprise' {
        Push-Location (New-Incident powershell)
        try {
            $Error.Clear()
            $results = foreach ($command in $commands) { , @(Invoke-Expression $command -WarningVariable warned) }
            $Error | Should -HaveCount 0
            $results[0].RunId | Should -Be bad, good
            $results[0][0].IsCurrent | Should -BeTrue
            $results[1] | Where-Object { $_.GetType().Name -eq 'SnapshotDifference' } | Should -HaveCount 100
            $results[2].Changed | Should -BeTrue
            $results[2].To | Should -Be good
            $results[3].Value | Should -Be '4.20'
            $results[4].RunId | Should -Be good
            $results[5].Kind | Should -Contain 'Rollback'
            $results[5].Reason | Should -Contain 'prices are zero'
            $results[6].Published | Should -BeTrue
            $results[7].IsHealthy | Should -BeTrue -Because ($results[7].Reasons -join ' ')
            (Get-ShardValue 42 -Prefix ./snap).Value | Should -Be '4.20'
            (Get-ManifestHistory ./snap | Where-Object RunId -EQ bad).IsBlocked | Should -BeTrue
        }
        finally { Pop-Location }
    }

    It 'is the same in about_ShardyFusion_Incident' {
        $about = Get-Content (Join-Path $ModulePath en-US about_ShardyFusion_Incident.help.txt) -Raw
        $flat = $about -replace '`\r?\n\s+' -replace '\s+', ' '
        foreach ($command in $commands) { $flat | Should -BeLike "*$([WildcardPattern]::Escape(($command -replace '\s+', ' ')))*" }
    }
}

Describe 'About pages' {
    It 'about_ShardyFusion lists every cmdlet' {
        $about = Get-Content (Join-Path $ModulePath en-US about_ShardyFusion.help.txt) -Raw
        foreach ($name in (Get-Command -Module ShardyFusion).Name) { $about | Should -BeLike "*        $name*" }
    }

    It 'Get-Help rollback leads to Set-CurrentManifest' { (Get-Help rollback).Name | Should -Contain Set-CurrentManifest }
}
