BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '..' '..' 'artifacts' 'ShardyFusion')
    $examples = foreach ($cmdlet in (Get-Command -Module ShardyFusion).Name | Sort-Object) {
        $number = 0
        foreach ($example in (Get-Help $cmdlet -Full).examples.example) {
            $number++
            @{ Name = "$cmdlet, example $number"; Code = $example.code }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    # What the examples of the help assume: a prefix with a history, one with text keys where they name a bucket, and files of rows.
    $template = Join-Path $TestDrive template
    New-Item $template/bucket -ItemType Directory | Out-Null
    Push-Location $template
    try {
        $user = { [pscustomobject]@{ id = $_; name = "user $_"; region = 'eu' } }
        $rows = @(1..60; 1000; 1005; 3038999) | ForEach-Object $user
        foreach ($run in 'nightly-20260313', 'nightly-2026-01-14', 'today') {
            $rows | Write-ShardedSnapshot ./snap -KeyProperty id -ShardCount 4 -RunId $run | Out-Null
            '1', '42', 'alice', 'user-000000000017', 'user-000000000018' | ForEach-Object $user |
                Write-ShardedSnapshot ./bucket/users -KeyProperty id -ShardCount 2 -RunId $run | Out-Null
        }
        foreach ($prefix in './copy', './bucket/orders', './data/users', './users/daily') { $rows | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 | Out-Null }
        New-SnapshotTag ./snap release-1 | Out-Null
        New-SnapshotTag ./snap audit | Out-Null
        $rows | Export-Csv users.csv
        foreach ($name in 'data.csv', 'big.csv', 'corrected.csv') { Copy-Item users.csv $name }
        foreach ($name in 'users.csv.gz', 'places.csv.gz') {
            $packed = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create("$template/$name"), [System.IO.Compression.CompressionMode]::Compress)
            $packed.Write([System.IO.File]::ReadAllBytes("$template/users.csv")); $packed.Dispose()
        }
        $rows | ForEach-Object { @{ user_id = $_.id; name = $_.name } | ConvertTo-Json -Compress } | Set-Content users.jsonl
        1..5 | Set-Content ids.txt
        'nightly-20260313' | Set-Content last-run.txt
    }
    finally { Pop-Location }

    # The same line on this machine: buckets are folders, folders of the system are this one, and nobody is asked or waited for.
    function ConvertTo-LocalExample([string] $Code) {
        $Code -replace '\b(s3|az)://', './' -replace " -EndpointUrl \S+| -Region \S+| -ProfileName \S+| -Credential \([^)]*\)" `
            -replace " -AccountName \S+| -AccountKey \([^)]*\)| -ConnectionString \([^)]*\)| -ManifestStore \([^)]*\)" `
            -replace '/var/lib/node_exporter/textfile/|/srv/www/', './' -replace ' -Confirm$' -replace '\.AddDays\(-1\)' `
            -replace 'while \(\$true\)', 'foreach ($once in 1)' -replace 'Start-Sleep 10', 'Start-Sleep 0'
    }
}

Describe 'An example of the help' {
    It '<Name> runs' -ForEach $examples {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        Copy-Item $template $folder -Recurse
        Push-Location $folder
        $env:OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9'
        $modules, $env:PSModulePath = $env:PSModulePath, "$(Split-Path $ModulePath)$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        try {
            if ($Code -match 'nightly( |$)' -and $Code -notmatch '-NoPublish') {
                Import-Csv users.csv | Write-ShardedSnapshot ./snap -KeyProperty id -KeyEncoding U64BE -ShardCount 4 -RunId nightly -NoPublish | Out-Null
            }
            if ($Code -match 'spark-out') {
                1..60 | ForEach-Object $user | Write-ShardedSnapshot ./spark -KeyProperty id -ShardCount 64 -RunId out | Out-Null
                New-Item ./bucket/spark-out -ItemType Directory | Out-Null
                Move-Item ./spark/shards/run_id=out ./bucket/spark-out/2026-03-14
            }
            if ($Code -match 'Wait-.*CANARY') { Publish-ShardedSnapshot ./snap -RunId today -Pointer CANARY | Out-Null }
            if ($Code -match 'Name audit') { Remove-SnapshotTag ./snap audit }
            $readers = @(if ($Code -match '\$reader') { Open-ShardReader ./snap; Open-ShardReader ./snap -Offset 1 })
            $reader = $readers[0]
            function Invoke-Item { }
            $PSDefaultParameterValues = @{ 'Measure-ShardedSnapshot:RowCount' = 200; 'Measure-ShardedSnapshot:WarmGetCount' = 20; 'Measure-ShardedSnapshot:ColdGetCount' = 2; 'Measure-ShardedSnapshot:RefreshCount' = 1 }
            $ConfirmPreference = 'None'
            $Error.Clear()
            $WarningPreference = 'SilentlyContinue'
            Invoke-Expression (ConvertTo-LocalExample $Code) *> $null
            $Error | Should -BeNullOrEmpty
        }
        finally {
            $readers | Where-Object { $_ } | Close-ShardReader -ErrorAction SilentlyContinue
            Disconnect-ShardStore
            Stop-ShardMetricServer -WarningAction SilentlyContinue
            Stop-ShardTelemetry -TimeoutSec 1 -WarningAction SilentlyContinue
            $env:OTEL_EXPORTER_OTLP_ENDPOINT, $env:PSModulePath = $null, $modules
            Pop-Location
            Remove-Item $folder -Recurse -Force -ErrorAction SilentlyContinue
        }
    }
}
