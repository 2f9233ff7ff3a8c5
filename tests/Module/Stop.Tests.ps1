BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    # A runspace with the module, stopped from outside as Ctrl+C does.
    function Start-Shell([string] $Script, [hashtable] $Variables) {
        $shell = [powershell]::Create()
        $shell.Runspace.SessionStateProxy.SetVariable('ModulePath', $ModulePath)
        foreach ($name in $Variables.Keys) { $shell.Runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
        [void]$shell.AddScript("Import-Module `$ModulePath; $Script")
        @{ Shell = $shell; Result = $shell.BeginInvoke() }
    }
    function Stop-Shell($Started) {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $Started.Shell.Stop()
        $watch.Stop()
        $Started.Shell.Dispose()
        $watch.Elapsed
    }
    # The rows go on downstream beside the writer, as in a tee.
    function Write-AndPass([string] $Prefix) {
        begin { $writer = { Write-ShardedSnapshot $Prefix -KeyProperty id -ShardCount 2 -RunId broken }.GetSteppablePipeline(); $writer.Begin($true) }
        process { $writer.Process($_); $_ }
        end { $writer.End() }
        clean { if ($writer) { $writer.Clean() } }
    }
    function Assert-Abandoned([string] $Prefix, [string] $RunId) {
        Get-CurrentRun $Prefix | Should -Be run-1
        (Get-ShardValue 50 $Prefix).Value.tag | Should -Be s1
        Wait-Until { (Get-RunStatus $Prefix)[$RunId] -eq 'failed' }
        Get-ChildItem (Join-Path $Prefix shards) | ForEach-Object Name | Should -Be 'run_id=run-1'
        # The lock is free again, and nothing is left over after the next build.
        New-Row (1..10) | Write-ShardedSnapshot $Prefix -KeyProperty id -ShardCount 2 -RunId next | Out-Null
        Get-ChildItem $Prefix -Recurse -Force -File | Where-Object Name -match 'tmp|temp|spill' | Should -BeNullOrEmpty
    }
}

Describe 'A pipeline that breaks off' {
    BeforeEach { $prefix = New-Snapshot "stop-$([guid]::NewGuid())" }

    It 'by a failure upstream leaves the old snapshot current' {
        { 1..500 | ForEach-Object { if ($_ -eq 400) { throw 'no more' }; New-Row $_ 'new' } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId broken } | Should -Throw 'no more'
        Assert-Abandoned $prefix broken
    }

    It 'by break upstream leaves the old snapshot current' {
        foreach ($once in 1) { 1..500 | ForEach-Object { if ($_ -eq 400) { break }; New-Row $_ 'new' } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId broken }
        Assert-Abandoned $prefix broken
    }

    It 'by Select-Object -First downstream, before the end of the rows, leaves the old snapshot current' {
        (1..500 | ForEach-Object { New-Row $_ 'new' } | Write-AndPass $prefix | Select-Object -First 1).id | Should -Be 1
        Assert-Abandoned $prefix broken
    }

    It 'by a throw downstream, before the end of the rows, leaves the old snapshot current' {
        { 1..500 | ForEach-Object { New-Row $_ 'new' } | Write-AndPass $prefix | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        Assert-Abandoned $prefix broken
    }

    It 'only after the result was emitted has a published snapshot, whole' {
        $result = 1..500 | ForEach-Object { New-Row $_ 'new' } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId whole | Select-Object -First 1
        $result.Published | Should -BeTrue
        Get-CurrentRun $prefix | Should -Be whole
        (Test-ReaderHealth $prefix -Deep).RowCount | Should -Be 500
        (Get-RunStatus $prefix).whole | Should -Be succeeded
        { New-Row (1..5) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId thrown | ForEach-Object { throw 'later' } } | Should -Throw 'later'
        Get-CurrentRun $prefix | Should -Be thrown
        (Get-RunStatus $prefix).thrown | Should -Be succeeded
    }

    It 'by Ctrl+C while rows come leaves the old snapshot current' {
        $gate = [System.Threading.ManualResetEventSlim]::new($false)
        $started = Start-Shell '1..1000000 | ForEach-Object { if ($_ -eq 300) { $gate.Set() }; [pscustomobject]@{ id = $_; v = 1 } } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId broken' @{ prefix = $prefix; gate = $gate }
        $gate.Wait([timespan]::FromSeconds(60)) | Should -BeTrue
        Stop-Shell $started | Should -BeLessThan ([timespan]::FromSeconds(5))
        Assert-Abandoned $prefix broken
    }

    It 'by Ctrl+C while a file is read leaves the old snapshot current' {
        # A pipe that nobody writes to any more: the build waits for rows.
        $fifo = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
        & mkfifo $fifo
        $started = Start-Shell 'Write-ShardedSnapshot $prefix -LiteralPath $fifo -KeyProperty id -ShardCount 2 -RunId broken' @{ prefix = $prefix; fifo = $fifo }
        $writer = [System.IO.FileStream]::new($fifo, 'Open', 'Write')
        try {
            $bytes = [System.Text.Encoding]::UTF8.GetBytes("id,v`n" + (1..1000 | ForEach-Object { "$_,x`n" }))
            $writer.Write($bytes, 0, $bytes.Length); $writer.Flush()
            Wait-Until { (Get-RunStatus $prefix)['broken'] -eq 'running' }
            Stop-Shell $started | Should -BeLessThan ([timespan]::FromSeconds(5))
        }
        finally { try { $writer.Dispose() } catch [System.IO.IOException] { $null = $_ } }
        Assert-Abandoned $prefix broken
    } -Skip:$IsWindows

    It 'by Stop-Job leaves the old snapshot current' {
        $fifo = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
        & mkfifo $fifo
        $job = Write-ShardedSnapshot $prefix -LiteralPath $fifo -KeyProperty id -ShardCount 2 -RunId broken -AsJob
        $writer = [System.IO.FileStream]::new($fifo, 'Open', 'Write')
        try {
            Wait-Until { (Get-RunStatus $prefix)['broken'] -eq 'running' }
            $job | Stop-Job
        }
        finally { try { $writer.Dispose() } catch [System.IO.IOException] { $null = $_ } }
        $job.State | Should -Be Stopped
        $job | Remove-Job -Force
        Assert-Abandoned $prefix broken
    } -Skip:$IsWindows
}

Describe 'Ctrl+C on a store that does not answer' {
    It 'stops <Name>' -ForEach @(
        @{ Name = 'a lookup'; Script = 'Get-ShardValue 1 s3://bucket/p -EndpointUrl $endpoint -Credential $key' }
        @{ Name = 'a history'; Script = 'Get-ManifestHistory s3://bucket/p -EndpointUrl $endpoint -Credential $key' }
        @{ Name = 'a build'; Script = '[pscustomobject]@{ id = 1 } | Write-ShardedSnapshot s3://bucket/p -KeyProperty id -EndpointUrl $endpoint -Credential $key' }
    ) {
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        try {
            $key = [pscredential]::new('id', (ConvertTo-SecureString 'secret' -AsPlainText -Force))
            $started = Start-Shell $Script @{ endpoint = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"; key = $key }
            Wait-Until { $listener.Pending() }
            Stop-Shell $started | Should -BeLessThan ([timespan]::FromSeconds(5))
        }
        finally { $listener.Stop() }
    }
}

Describe 'Progress' {
    It 'starts late, stays below 100 %, comes seldom, and ends with a record that says so' {
        $shell = [powershell]::Create()
        $shell.Runspace.SessionStateProxy.SetVariable('ModulePath', $ModulePath)
        $shell.Runspace.SessionStateProxy.SetVariable('prefix', (Join-Path $TestDrive progress))
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        [void]$shell.AddScript('Import-Module $ModulePath; 1..200000 | ForEach-Object { if ($_ % 20000 -eq 0) { [System.Threading.Thread]::Sleep(200) }; [pscustomobject]@{ id = $_; v = 1 } } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2').Invoke()
        $records = @($shell.Streams.Progress | Where-Object Activity -like '*sharded snapshot*')
        $shell.Dispose()
        $records.Count | Should -BeGreaterThan 1
        $records.Count | Should -BeLessOrEqual ($watch.Elapsed.TotalSeconds * 5 + 1)
        $records[-1].RecordType | Should -Be Completed
        ($records.ActivityId | Sort-Object -Unique) | Should -HaveCount 1
        $records | ForEach-Object { $_.PercentComplete | Should -BeLessOrEqual 100 }
    }

    It 'is silent when it is silenced, and for a build that is over soon' {
        $shell = [powershell]::Create()
        $shell.Runspace.SessionStateProxy.SetVariable('ModulePath', $ModulePath)
        $shell.Runspace.SessionStateProxy.SetVariable('prefix', (Join-Path $TestDrive silent))
        [void]$shell.AddScript('Import-Module $ModulePath; [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1; $ProgressPreference = "SilentlyContinue"; 1..3 | ForEach-Object { [System.Threading.Thread]::Sleep(500); [pscustomobject]@{ id = $_; v = 1 } } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1').Invoke()
        @($shell.Streams.Progress | Where-Object Activity -like '*sharded snapshot*') | Should -HaveCount 0
        $shell.Dispose()
    }
}
