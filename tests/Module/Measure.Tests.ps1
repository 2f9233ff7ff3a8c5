BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Measure-ShardedSnapshot' {
    It 'gives one object a line, draws them and removes what it wrote' {
        $prefix = Join-Path $TestDrive measured
        $small = @{ RowCount = 200; ColdGetCount = 2; WarmGetCount = 50; BatchSize = 10; RefreshCount = 2; ThreadCount = 2; ValueSize = '16B' }
        Measure-ShardedSnapshot $prefix @small -WhatIf | Should -BeNullOrEmpty
        $prefix | Should -Not -Exist
        $chart = Join-Path $TestDrive chart.svg
        $lines = Measure-ShardedSnapshot $prefix @small -ShardCount 1, 3 -PriceTable @{ Currency = 'EUR'; Per1000Writes = 5 } -ChartPath $chart
        $lines.Count | Should -Be 12
        $lines[0].Operation | Should -Be Write
        $lines[0].Count | Should -Be 400
        $lines[0].P50Ms | Should -BeNullOrEmpty
        $lines[0].EstimatedCost | Should -Be ($lines[0].Writes * 0.005)
        $lines[0].CostCurrency | Should -Be EUR
        $lines[2].Operation | Should -Be GetWarm
        $lines[2].P99Ms | Should -BeGreaterOrEqual $lines[2].P50Ms
        ($lines | Measure-Object Errors -Sum).Sum | Should -Be 0
        ($lines | Out-String) | Should -Match 'GetDuringRefresh +3 '
        ([xml](Get-Content $chart -Raw)).svg | Should -Not -BeNullOrEmpty
        Join-Path $prefix .measure | Should -Not -Exist
    }

    It 'names what is wrong' {
        Assert-Failure { Measure-ShardedSnapshot (Join-Path $TestDrive x) -ShardCount 0 } ConfigValidation InvalidArgument (Join-Path $TestDrive x)
    }
}
