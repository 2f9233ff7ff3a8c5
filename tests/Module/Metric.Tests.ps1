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

Describe 'Start-ShardTelemetry' {
    AfterEach { Stop-ShardTelemetry -WarningAction SilentlyContinue }

    It 'delivers metrics and traces to a collector' {
        $port = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0).ForEach({ $_.Start(); $_.LocalEndpoint.Port; $_.Stop() })[0]
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $job = Start-ThreadJob -ArgumentList $listener {
            param($listener)
            while ($listener.IsListening) {
                try { $context = $listener.GetContext() } catch { return }
                $body = [System.IO.MemoryStream]::new()
                $context.Request.InputStream.CopyTo($body)
                "$($context.Request.Url.AbsolutePath) $([System.Text.Encoding]::Latin1.GetString($body.ToArray()))"
                $context.Response.Close()
            }
        }
        try {
            Start-ShardTelemetry "http://127.0.0.1:$port" -WhatIf | Should -BeNullOrEmpty
            # Nobody pays for what is not switched on.
            Invoke-FreshPwsh "Import-Module '$ModulePath'; Start-ShardTelemetry 'http://127.0.0.1:$port' -WhatIf | Out-Null; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name" |
                Should -Not -Contain OpenTelemetry
            (Start-ShardTelemetry "http://127.0.0.1:$port").Meter | Should -Be ShardyFusion
            (Get-Failure { Start-ShardTelemetry "http://127.0.0.1:$port" }).FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
            New-Snapshot sent 1 | Out-Null
            Stop-ShardTelemetry -WarningVariable warned
            $warned | Should -BeNullOrEmpty
        }
        finally { $listener.Close() }
        $bodies = $job | Wait-Job | Receive-Job
        Remove-Job $job
        @($bodies -match '^/v1/metrics' -match 'shardyfusion.rows_written_total').Count | Should -BeGreaterThan 0
        @($bodies -match '^/v1/traces' -match 'publish').Count | Should -BeGreaterThan 0
    }

    It 'warns when nobody took them, and when nothing is sent' {
        Start-ShardTelemetry http://127.0.0.1:1 | Out-Null
        Stop-ShardTelemetry -WarningVariable lost -WarningAction SilentlyContinue
        $lost | Should -Match '127.0.0.1:1'
        Stop-ShardTelemetry -WarningVariable none -WarningAction SilentlyContinue
        $none | Should -Not -BeNullOrEmpty
        Assert-Failure { Start-ShardTelemetry ftp://nowhere.test } ConfigValidation InvalidArgument ([uri]'ftp://nowhere.test')
    }
}
