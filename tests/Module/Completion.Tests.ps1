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
        # What is not found in time is looked for on, and there at the next press of Tab.
        Wait-Until { (Complete "Get-ShardValue 1 -Prefix '$prefix' -Tag ").CompletionText -eq 'gold' } -Seconds 10
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
            $offered = Complete "Set-CurrentManifest -Prefix s3://bucket/p -EndpointUrl http://127.0.0.1:$($listener.LocalEndpoint.Port) -RunId n"
            # The completer's own limit is 200 ms; the rest is PowerShell's and the machine's.
            $watch.Elapsed | Should -BeLessThan ([timespan]::FromSeconds(5))
            # Not cut to nothing without a word: what is typed stays, and the list says that the search goes on.
            $offered.CompletionText | Should -Be n
            $offered.ListItemText | Should -Be '…'
            $offered.ToolTip | Should -BeLike '*press Tab again*'
        }
        finally { $listener.Stop() }
    }

    It 'offers pointers' {
        Publish-ShardedSnapshot $prefix -RunId run-2 -Pointer CANARY | Out-Null
        (Complete "Get-ShardValue 1 -Prefix '$prefix' -FromPointer C").CompletionText | Sort-Object | Should -Be CANARY, CURRENT
    }

    It 'offers runs that failed to go on with, and all of them to look at' {
        { New-Row (1..3) | Write-ShardedSnapshot $prefix -KeyProperty nothing -RunId broken -ErrorAction Stop } | Should -Throw
        (Complete "Write-ShardedSnapshot '$prefix' -ResumeRunId ").CompletionText | Should -Be broken
        (Complete "Get-SnapshotRun '$prefix' -RunId ").CompletionText | Should -Be broken, run-3, run-2, run-1
    }

    It 'offers the columns of <_>' -ForEach 'rows.csv', 'rows.csv.gz', 'rows.jsonl' {
        $file = Join-Path $TestDrive $_
        $text = $_ -like '*.jsonl' ? '{"id":1,"full name":"a"}' : "id,full name`n1,a`n"
        if ($_ -like '*.gz') {
            $packed = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create($file), [System.IO.Compression.CompressionMode]::Compress)
            $packed.Write([System.Text.Encoding]::UTF8.GetBytes($text)); $packed.Dispose()
        }
        else { Set-Content $file $text }
        (Complete "Write-ShardedSnapshot ./x -Path '$file' -KeyProperty ").CompletionText | Should -Be id, "'full name'"
        (Complete "Write-ShardedSnapshot ./x -Path '$file' -KeyProperty id -ValueProperty f").CompletionText | Should -Be "'full name'"
        if ($_ -eq 'rows.csv') { (Complete "Import-Csv '$file' | Write-ShardedSnapshot ./x -KeyProperty ").CompletionText | Should -Be id, "'full name'" }
    }

    It 'offers profiles of the AWS files' {
        $config = Join-Path $TestDrive awscredentials
        Set-Content $config "[nightly]`naws_access_key_id = a`naws_secret_access_key = b`n[ops]`naws_access_key_id = c`naws_secret_access_key = d"
        $script = @"
Import-Module '$ModulePath'
`$line = 'Get-ManifestHistory s3://bucket/users -ProfileName '
(TabExpansion2 `$line `$line.Length).CompletionMatches.CompletionText
"@
        $env:AWS_SHARED_CREDENTIALS_FILE = $config
        try { Invoke-FreshPwsh $script | Should -Be nightly, ops } finally { $env:AWS_SHARED_CREDENTIALS_FILE = $null }
    }

    It 'knows the prefix of Connect-ShardStore' {
        Connect-ShardStore $prefix | Out-Null
        try { (Complete 'Set-CurrentManifest -RunId run-2').CompletionText | Should -Be run-2 } finally { Disconnect-ShardStore }
    }

    It 'offers the values of enumerations' { (Complete 'Write-ShardedSnapshot -Compression ').CompletionText | Should -Be Lz4, None, Zlib, Zstd }
}
