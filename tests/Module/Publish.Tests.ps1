BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Publish-ShardedSnapshot' {
    BeforeEach {
        $prefix = New-Snapshot "publish-$([guid]::NewGuid())"
        $staged = New-Row (1..90) new | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId staged -NoPublish
    }

    It 'publishes a staged snapshot from the pipeline' {
        Get-CurrentRun $prefix | Should -Be run-1
        $result = $staged | Publish-ShardedSnapshot
        $result.Pointer, $result.From, $result.RunId, $result.Changed, $result.RowCount | Should -Be CURRENT, run-1, staged, $true, 90
        Get-CurrentRun $prefix | Should -Be staged
        ($result | Format-Table | Out-String) | Should -Match 'RunId\s+Pointer\s+From\s+Changed\s+Rows'
    }

    It 'tries a snapshot under a pointer of its own, then promotes it' {
        (Publish-ShardedSnapshot $prefix -RunId staged -Pointer CANARY).Pointer | Should -Be CANARY
        Get-CurrentRun $prefix | Should -Be run-1
        (Get-ShardValue 7 $prefix -FromPointer CANARY).RunId | Should -Be staged
        (Publish-ShardedSnapshot $prefix -FromPointer CANARY -MaxDrop 10% -ProbeKey 7).RunId | Should -Be staged
        Get-CurrentRun $prefix | Should -Be staged
    }

    It 'checks again, and needs force when a check fails' {
        Assert-Failure { Publish-ShardedSnapshot $prefix -RunId staged -MaxDrop 5% } GuardFailed LimitsExceeded staged
        Assert-Failure { Publish-ShardedSnapshot $prefix -RunId staged -Guard { $_.RowCount -gt 100 } } GuardFailed LimitsExceeded staged
        Get-CurrentRun $prefix | Should -Be run-1
        $result = Publish-ShardedSnapshot $prefix -RunId staged -MaxDrop 5% -PublishFailedChecks -Reason 'it is right' -WarningVariable warned -WarningAction SilentlyContinue
        $result.Changed | Should -BeTrue
        $warned | Should -HaveCount 1
    }

    It 'writes nothing under -WhatIf and names run and pointer' {
        $before = Get-Tree $prefix
        $out = Invoke-FreshPwsh "Import-Module `$ModulePath; Publish-ShardedSnapshot '$prefix' -RunId staged -Pointer CANARY -WhatIf"
        Get-Tree $prefix | Should -Be $before
        @($out) | Should -HaveCount 1
        $out | Should -BeLike 'What if:*CANARY*staged*'
    }

    It 'says that the pointer names it already' {
        $result = Publish-ShardedSnapshot $prefix -RunId run-1 -WarningVariable warned -WarningAction SilentlyContinue
        $result.Changed | Should -BeFalse
        $warned | Should -HaveCount 1
    }

    It 'refuses what is not whole or not there' {
        Assert-Failure { Publish-ShardedSnapshot $prefix -RunId nobody } SnapshotNotFound ObjectNotFound nobody
        Assert-Failure { Publish-ShardedSnapshot $prefix -RunId staged -Pointer canary } ConfigValidation InvalidArgument
        Get-ChildItem (Join-Path $prefix shards) -Directory | Where-Object Name -like '*staged' | Remove-Item -Recurse
        Assert-Failure { Publish-ShardedSnapshot $prefix -RunId staged } SnapshotIncomplete InvalidData
        Get-CurrentRun $prefix | Should -Be run-1
    }
}

Describe 'Publish-ShardedSnapshot of shard files' {
    BeforeEach {
        $prefix = New-Snapshot "files-$([guid]::NewGuid())"
        $other = New-Snapshot "other-$([guid]::NewGuid())"
        $null = New-Row (1..60) theirs | Write-ShardedSnapshot $other -KeyProperty id -ShardCount 3 -RunId theirs
        $taken = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item -ItemType Directory $taken
        $number = 0
        Get-ChildItem (Join-Path $other shards/run_id=theirs) -Recurse -File | ForEach-Object { Copy-Item $_ (Join-Path $taken "part-$(($number++)).sst") }
        $how = @{ ShardPath = $taken; ShardCount = 3; KeyEncoding = 'U64BE'; ValueEncoding = 'Json' }
    }

    It 'makes a snapshot of them and publishes it' {
        $result = Publish-ShardedSnapshot $prefix @how -RunId taken -Message 'from the cluster' -MinRows 50 -ProbeKey 7
        $result.RunId, $result.From, $result.Changed, $result.RowCount, $result.ShardCount | Should -Be taken, run-1, $true, 60, 3
        (Get-ShardValue 7 $prefix).Value.name | Should -Be (Get-ShardValue 7 $other).Value.name
        (Get-ManifestHistory $prefix -First 1).Message | Should -Be 'from the cluster'
        (Test-ShardedSnapshot $prefix -Level Deep).Passed | Should -BeTrue
    }

    It 'leaves it staged with -NoPublish, and writes nothing under -WhatIf' {
        (Publish-ShardedSnapshot $prefix @how -NoPublish).Changed | Should -BeFalse
        Get-CurrentRun $prefix | Should -Be run-1
        $before = Get-Tree $prefix
        Publish-ShardedSnapshot $prefix @how -WhatIf | Should -BeNullOrEmpty
        Get-Tree $prefix | Should -Be $before
    }

    It 'refuses a damaged file, keys of another shard and an empty folder' {
        Assert-Failure { Publish-ShardedSnapshot $prefix -ShardPath $taken -ShardCount 5 -KeyEncoding U64BE } ShardAssignment InvalidData
        $file = Join-Path $taken part-1.sst
        $bytes = [IO.File]::ReadAllBytes($file)
        $bytes[40] = $bytes[40] -bxor 1
        [IO.File]::WriteAllBytes($file, $bytes)
        Assert-Failure { Publish-ShardedSnapshot $prefix @how } ShardCorrupt InvalidData
        $null = New-Item -ItemType Directory (Join-Path $taken empty)
        Assert-Failure { Publish-ShardedSnapshot $prefix -ShardPath (Join-Path $taken empty) -ShardCount 5 -KeyEncoding U64BE } InputInvalid InvalidData
        Get-CurrentRun $prefix | Should -Be run-1
    }
}
