BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'A build tells' {
    It 'its phases with -Verbose' {
        $prefix = Join-Path $TestDrive verbose
        $said = New-Row (1..20) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 3 -RunId told -Verbose 4>&1 | ForEach-Object ToString
        $said -join ' ' | Should -BeLike '*Run ''told'' has begun at*Reading rows.*Writing 3 shards from 20 rows read.*Publishing*Done: 20 rows read.*'
    }

    It 'its phases in the streams of its job, from files and from the pipeline' {
        $prefix = Join-Path $TestDrive job
        $csv = Join-Path $TestDrive job.csv
        New-Row (1..20) | Export-Csv $csv
        $jobs = @(
            Write-ShardedSnapshot $prefix -Path $csv -KeyProperty id -ShardCount 3 -RunId files -AsJob
            New-Row (1..20) | Write-ShardedSnapshot (Join-Path $TestDrive job2) -KeyProperty id -ShardCount 3 -RunId rows -AsJob
        )
        foreach ($job in $jobs) {
            Wait-Until { $job.State -ne 'Running' }
            $job.Verbose.Message -join ' ' | Should -BeLike '*Writing 3 shards*Publishing*'
            ($job | Receive-Job -ErrorAction Stop).Published | Should -BeTrue
            $job | Remove-Job
        }
    }

    It 'that a prefix is frozen before it works, and under -WhatIf' {
        $prefix = New-Snapshot stopped 1
        Suspend-SnapshotPublishing $prefix 'audit of the year'
        $taken = [System.Collections.Generic.List[int]]::new()
        Assert-Failure { 1..50 | ForEach-Object { $taken.Add($_); New-Row $_ } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 } PublishingFrozen InvalidOperation
        $taken | Should -BeNullOrEmpty
        (Get-SnapshotRun $prefix).RunId | Should -Be run-1
        $said = Invoke-FreshPwsh "Import-Module `$ModulePath; 1 | Write-ShardedSnapshot '$prefix' -KeyProperty id -WhatIf"
        $said -join ' ' | Should -BeLike '*The build would fail: *is frozen until it is lifted by *: audit of the year*'
    }
}

Describe 'Compare-ShardedSnapshot without a reference' {
    It 'passes over blocked snapshots and those that were rolled back from' {
        $prefix = New-Snapshot before 4
        Block-ShardedSnapshot $prefix -RunId run-3 -Reason bad
        (Compare-ShardedSnapshot $prefix -Level Manifest).From | Should -Be run-2
        Set-CurrentManifest $prefix -RunId run-2 -Confirm:$false
        # Back from run-4, so that for the next one it is passed over, too.
        New-Row (1..5) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 -RunId run-5 | Out-Null
        (Compare-ShardedSnapshot $prefix -Level Manifest).From | Should -Be run-2
    }
}

Describe 'Export-SnapshotReport' {
    It 'says what it could not read' {
        $prefix = New-Snapshot unreadable 1
        Get-ChildItem (Join-Path $prefix events) | Set-Content -Value 'not an event'
        $page = Join-Path $TestDrive unreadable.html
        Export-SnapshotReport $prefix $page -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeLike '*does not tell of events*'
        Get-Content $page -Raw | Should -BeLike '*does not tell of events*'
    }
}
