BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $prefix = New-Snapshot completion 3
    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches }
}

Describe 'Tab completion' {
    It 'offers run ids of <_>, newest first' -ForEach 'Get-ShardValue 1', 'Set-CurrentManifest' {
        (Complete "$_ -Prefix '$prefix' -RunId ").CompletionText | Should -Be run-3, run-2, run-1
    }

    It 'narrows to what is typed' { (Complete "Set-CurrentManifest -Prefix '$prefix' -RunId run-2").CompletionText | Should -Be run-2 }

    It 'offers refs' {
        $offered = Complete "Set-CurrentManifest -Prefix '$prefix' -Ref "
        $offered | Should -HaveCount 3
        $offered[0].ListItemText | Should -Be run-3
        $offered[0].CompletionText.Trim("'") | Should -Be (Get-ManifestHistory $prefix)[0].ManifestRef
    }

    It 'offers tags' {
        New-SnapshotTag $prefix gold -RunId run-1 | Out-Null
        (Complete "Get-ShardValue 1 -Prefix '$prefix' -Tag ").CompletionText | Should -Be gold
    }

    It 'finds a relative prefix and the one of the environment' {
        Push-Location $TestDrive
        try { Complete 'Set-CurrentManifest -Prefix ./completion -RunId ' | Should -HaveCount 3 } finally { Pop-Location }
        $env:SHARDYFUSION_PREFIX = $prefix
        try { Complete 'Set-CurrentManifest -RunId ' | Should -HaveCount 3 } finally { $env:SHARDYFUSION_PREFIX = $null }
    }

    It 'is silent about what is not there' {
        $Error.Clear()
        foreach ($bad in './nowhere', 'ftp://x/y', 's3://bucket', 'env:/x') {
            (Complete "Set-CurrentManifest -Prefix $bad -RunId ") | Where-Object ResultType -EQ ParameterValue | Should -BeNullOrEmpty
        }
        $Error | Should -HaveCount 0
    }

    It 'does not wait for a store that does not answer' {
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        try {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Complete "Set-CurrentManifest -Prefix s3://bucket/p -EndpointUrl http://127.0.0.1:$($listener.LocalEndpoint.Port) -RunId " | Out-Null
            # The completer's own limit is 150 ms; the rest is PowerShell's and the machine's.
            $watch.Elapsed | Should -BeLessThan ([timespan]::FromSeconds(5))
        }
        finally { $listener.Stop() }
    }

    It 'offers the values of enumerations' { (Complete 'Write-ShardedSnapshot -Compression ').CompletionText | Should -Be Lz4, None, Zlib }
}
