BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Export-ShardMetric' {
    It 'writes what was done to a file' {
        $prefix = New-Snapshot metered 1
        1, 2 | Get-ShardValue -Prefix $prefix | Out-Null
        $file = Join-Path $TestDrive m.prom
        Export-ShardMetric $file -WhatIf
        $file | Should -Not -Exist
        Export-ShardMetric $file | Should -BeNullOrEmpty
        (Export-ShardMetric $file -PassThru).FullName | Should -Be $file
        $text = Get-Content $file -Raw
        $text | Should -Match 'shardyfusion_rows_written_total [1-9]'
        $text | Should -Match ('shardyfusion_snapshot_rows\{prefix="[^"]*metered"\} 100')
        (Get-ChildItem $TestDrive -Filter m.prom*).Count | Should -Be 1
    }

    It 'says when it cannot' {
        Assert-Failure { Export-ShardMetric (Join-Path $TestDrive nowhere/m.prom) } ConfigValidation InvalidArgument (Join-Path $TestDrive nowhere/m.prom)
    }
}

Describe 'Start-ShardMetricServer' {
    AfterEach { Stop-ShardMetricServer -WarningAction SilentlyContinue }

    It 'serves on loopback until it is stopped' {
        Start-ShardMetricServer -Port 0 -WhatIf | Should -BeNullOrEmpty
        $server = Start-ShardMetricServer -Port 0
        $server.Address | Should -Be 127.0.0.1
        Invoke-RestMethod $server.Url | Should -Match '# TYPE shardyfusion_writes_started_total counter'
        (Get-Failure { Start-ShardMetricServer -Port 0 }).FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
        Stop-ShardMetricServer
        { Invoke-RestMethod $server.Url -TimeoutSec 5 } | Should -Throw
        Stop-ShardMetricServer -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Not -BeNullOrEmpty
    }
}
