BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    # A build that waits for rows in a job of this session, as a big one would.
    function Start-Build([string] $Prefix, [string] $RunId) {
        $pipe = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
        mkfifo $pipe
        $job = Write-ShardedSnapshot $Prefix -Path $pipe -Format Csv -KeyProperty id -ShardCount 2 -RunId $RunId -AsJob
        # Opening the writing end waits until the build reads.
        $writer = [System.IO.StreamWriter]::new($pipe)
        $writer.Write("id,v`n1,a`n")
        $writer.Flush()
        @{ Job = $job; Writer = $writer }
    }
    function Complete-Build($Build) {
        $Build.Writer.Dispose()
        $Build.Job | Wait-Job | Out-Null
    }
}

Describe 'Get-SnapshotRun' {
    It 'lists builds newest first with their state' {
        $prefix = New-Snapshot runs 2
        { New-Row 1..3 | ForEach-Object { throw 'no' } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 -RunId bad } | Should -Throw
        $runs = Get-SnapshotRun $prefix
        $runs.RunId | Should -Be bad, run-2, run-1
        "$($runs.State)" | Should -Be 'Failed Succeeded Succeeded'
        $runs[1].RowCount | Should -Be 200
        $runs[1].StartedAt.Kind | Should -Be Utc
        (Get-SnapshotRun $prefix -First 1).RunId | Should -Be bad
        (Get-SnapshotRun $prefix -RunId run-1).RunId | Should -Be run-1
        ($runs | Format-Table | Out-String) | Should -Match 'RunId\s+State\s+StartedAt\s+Duration\s+Rows\s+About'
    }
}

Describe 'A build as a job' -Skip:$IsWindows {
    BeforeEach { $prefix = New-Snapshot "job-$([guid]::NewGuid())" }

    It 'is seen by a second session, which cannot start another' {
        $build = Start-Build $prefix live
        try {
            $build.Job.State | Should -Be Running
            $out = Invoke-FreshPwsh "Import-Module `$ModulePath; (Get-SnapshotRun '$prefix' -First 1 | ForEach-Object { `"`$(`$_.RunId) `$(`$_.State)`" })
                try { [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot '$prefix' -KeyProperty id -ShardCount 1 } catch { `"`$(`$_.FullyQualifiedErrorId.Split(',')[0]) `$(`$_.TargetObject)`" }"
            $out | Should -Be 'live Running', 'BuildInProgress live'
        }
        finally { Complete-Build $build }
        $build.Job | Receive-Job | ForEach-Object Published | Should -BeTrue
        Get-CurrentRun $prefix | Should -Be live
    }

    It 'is stopped by a second session' {
        $build = Start-Build $prefix live
        try {
            $out = Invoke-FreshPwsh "Import-Module `$ModulePath; Stop-SnapshotRun '$prefix' live -WhatIf; Get-SnapshotRun '$prefix' -First 1 | Stop-SnapshotRun -Reason 'not today' -PassThru | ForEach-Object { `"`$(`$_.Outcome)`" }"
            $out | Should -HaveCount 2
            $out[0] | Should -BeLike "What if:*ask to stop*live*"
            $out[1] | Should -Be Asked
            Wait-Until { $build.Job.State -ne 'Running' }
        }
        finally { Complete-Build $build }
        $build.Job.State | Should -Be Failed
        $failure = $build.Job.Error[0]
        $failure.FullyQualifiedErrorId | Should -Be BuildStopped
        $failure.CategoryInfo.Category | Should -Be OperationStopped
        (Get-SnapshotRun $prefix -RunId live).ErrorMessage | Should -BeLike '*not today*'
        Get-CurrentRun $prefix | Should -Be run-1
    }
}

Describe 'Stop-SnapshotRun' {
    BeforeAll { $prefix = New-Snapshot stop }

    It 'leaves a run alone that has ended' {
        $before = Get-Tree $prefix
        "$((Stop-SnapshotRun $prefix run-1 -PassThru -WarningVariable warned -WarningAction SilentlyContinue).Outcome)" | Should -Be AlreadyEnded
        $warned | Should -HaveCount 1
        Get-Tree $prefix | Should -Be $before
    }

    It 'does not know a run that is none' { Assert-Failure { Stop-SnapshotRun $prefix nobody } RunNotFound ObjectNotFound nobody }
}

Describe 'Write-ShardedSnapshot -ResumeRunId' {
    It 'goes on under the name of a run that was stopped for good' {
        $prefix = New-Snapshot resume
        Invoke-FreshPwsh "Import-Module `$ModulePath; 1..5 | ForEach-Object { if (`$_ -eq 4) { Stop-Process -Id `$PID -Force }; [pscustomobject]@{ id = `$_; v = 'a' } } | Write-ShardedSnapshot '$prefix' -KeyProperty id -ShardCount 2 -RunId killed" | Out-Null
        "$((Get-SnapshotRun $prefix -RunId killed).State)" | Should -Be Running
        "$((Stop-SnapshotRun $prefix killed -DeclareDead -PassThru).Outcome)" | Should -Be MarkedFailed
        $result = New-Row (1..5) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -ResumeRunId killed
        $result.RunId, $result.Published, $result.KeptShards | Should -Be killed, $true, 0
    }

    It 'refuses a run that has its snapshot' {
        $prefix = New-Snapshot resumed
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -ResumeRunId run-1 } ConfigValidation InvalidArgument
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -ResumeRunId nobody } RunNotFound ObjectNotFound
    }
}
