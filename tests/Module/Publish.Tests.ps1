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
        $result = Publish-ShardedSnapshot $prefix -RunId staged -MaxDrop 5% -Force -Reason 'it is right' -WarningVariable warned -WarningAction SilentlyContinue
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
