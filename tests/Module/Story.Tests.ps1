BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'The whole job, in a fresh session' {
    It 'builds, reads, lists, rolls back and checks' {
        $out = Invoke-FreshPwsh @"
Set-Location '$TestDrive'
Import-Module `$ModulePath
1..200 | ForEach-Object { [pscustomobject]@{ id = `$_; city = "c`$_"; size = `$_ * 10 } } | Export-Csv data.csv
Import-Csv data.csv | Write-ShardedSnapshot -Prefix ./snap -KeyProperty id -ShardCount 8 -RunId first | ForEach-Object { "`$(`$_.Published) `$(`$_.RowCount)" }
Import-Csv data.csv | Select-Object -First 150 | Write-ShardedSnapshot -Prefix ./snap -KeyProperty id -ShardCount 8 -RunId second | ForEach-Object RowCount
(1..100 | Get-ShardValue -Prefix ./snap | Where-Object Found).Count
(1..100 | Get-ShardValue -Prefix ./snap)[41].Value.city
Get-ManifestHistory ./snap | ForEach-Object { "`$(`$_.RunId) `$(`$_.IsCurrent) `$(`$_.RowChange)" }
Get-ManifestHistory ./snap | Select-Object -Skip 1 -First 1 | Set-CurrentManifest -Confirm:`$false -PassThru | ForEach-Object { "`$(`$_.From) `$(`$_.To) `$(`$_.Changed)" }
(Get-ShardValue 180 -Prefix ./snap).Found
(Test-ReaderHealth ./snap -StalenessThreshold 00:10:00).Status
"@
        $out | Should -Be 'True 200', '150', '100', 'c42', 'second True -50', 'first False ', 'second first True', 'True', 'Healthy'
    }

    It 'shows tables of at most six columns' {
        $prefix = New-Snapshot tables 2
        $shown = @(
            (Get-ShardValue 1 $prefix), (Get-ManifestHistory $prefix -First 1), (Test-ReaderHealth $prefix),
            (New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1), (Set-CurrentManifest $prefix -Offset 1 -PassThru -Confirm:$false)
        ) | ForEach-Object { $_ | Format-Table | Out-String -Width 200 }
        foreach ($table in $shown) { @(($table -split "`n" -match '^\s*-')[0] -split '\s+' -match '^-+$').Count | Should -BeIn 4, 5, 6 -Because $table }
    }
}
