BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Get-ManifestHistory' {
    BeforeAll { $prefix = New-Snapshot history 3 }

    It 'lists newest first and marks the current one' {
        $history = Get-ManifestHistory $prefix
        $history.RunId | Should -Be run-3, run-2, run-1
        $history.IsCurrent | Should -Be $true, $false, $false
        $history.Offset | Should -Be 0, 1, 2
        $history.RowCount | Should -Be 300, 200, 100
        $history.RowChange | Should -Be 100, 100, $null
        $history[0].PublishedAt.Kind | Should -Be Utc
    }

    It 'stops after -First' { (Get-ManifestHistory $prefix -First 2).RunId | Should -Be run-3, run-2 }

    It 'stops when a command downstream has had enough' { (Get-ManifestHistory $prefix | Select-Object -First 1).RunId | Should -Be run-3 }

    It 'gives nothing for a folder without snapshots' { Get-ManifestHistory (New-Item -ItemType Directory (Join-Path $TestDrive none)).FullName | Should -BeNullOrEmpty }
}

Describe 'Set-CurrentManifest' {
    BeforeEach { $prefix = New-Snapshot "set-$([guid]::NewGuid())" 3 }

    It 'rolls back by <Name>' -ForEach @(
        @{ Name = 'offset'; With = { @{ Offset = 1 } } }, @{ Name = 'run id'; With = { @{ RunId = 'run-2' } } }, @{ Name = 'ref'; With = { @{ Ref = (Get-ManifestHistory $prefix)[1].ManifestRef } } }
    ) {
        $with = & $With
        $change = Set-CurrentManifest $prefix @with -PassThru -Confirm:$false
        $change.From, $change.To, $change.Changed | Should -Be run-3, run-2, $true
        Get-CurrentRun $prefix | Should -Be run-2
    }

    It 'takes a snapshot from the pipeline and emits nothing without -PassThru' {
        Get-ManifestHistory $prefix | Select-Object -Last 1 | Set-CurrentManifest -Confirm:$false | Should -BeNullOrEmpty
        Get-CurrentRun $prefix | Should -Be run-1
    }

    It 'counts the offset from the current one' {
        Set-CurrentManifest $prefix -Offset 1 -Confirm:$false
        (Set-CurrentManifest $prefix -Offset 1 -Confirm:$false -PassThru).To | Should -Be run-1
    }

    It 'warns about a snapshot that was rolled back from, and passes over it when counting' {
        Set-CurrentManifest $prefix -Offset 1 -Reason 'run-3 is bad' -Confirm:$false
        $history = Get-ManifestHistory $prefix
        $history.IsRolledBack | Should -Be $true, $false, $false
        $history[0].Flags | Should -Contain 'rolled back'
        Write-ShardedSnapshot $prefix -InputObject ([pscustomobject]@{ Id = 1; V = 'a' }) -KeyProperty Id -ValueProperty V -RunId run-4 -ShardCount 1 -Confirm:$false | Out-Null
        Get-ManifestHistory $prefix | Select-Object -Skip 1 -First 1 | Set-CurrentManifest -WhatIf -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -HaveCount 1
        "$warned" | Should -BeLike "Run 'run-3' was rolled back from*run-3 is bad*"
        (Set-CurrentManifest $prefix -Offset 1 -Confirm:$false -PassThru -WarningVariable none).To | Should -Be run-2
        $none | Should -BeNullOrEmpty
    }

    It 'blocks what was current in the same step' {
        $change = Set-CurrentManifest $prefix -Offset 1 -Block -Reason 'bad prices' -Confirm:$false -PassThru
        $change.BlockedRunId | Should -Be run-3
        (Get-ManifestHistory $prefix)[0].IsBlocked | Should -BeTrue
        { Set-CurrentManifest $prefix -RunId run-3 -Confirm:$false } | Should -Throw -ErrorId 'SnapshotBlocked,*'
    }

    It 'says that the current one is current already' {
        $warned = $null
        $change = Set-CurrentManifest $prefix -RunId run-3 -PassThru -Confirm:$false -WarningVariable warned -WarningAction SilentlyContinue
        $change.Changed | Should -BeFalse
        $warned | Should -HaveCount 1
    }

    It 'writes nothing under -WhatIf and names the run' {
        $before = Get-Tree $prefix
        $out = Invoke-FreshPwsh "Import-Module `$ModulePath; Set-CurrentManifest '$prefix' -RunId run-1 -WhatIf -PassThru"
        Get-Tree $prefix | Should -Be $before
        @($out) | Should -HaveCount 1
        $out | Should -BeLike 'What if:*run-3*run-1*'
    }

    It 'refuses a snapshot that is not there' {
        Assert-Failure { Set-CurrentManifest $prefix -RunId nobody -Confirm:$false } SnapshotNotFound ObjectNotFound
        Assert-Failure { Set-CurrentManifest $prefix -Offset 7 -Confirm:$false } SnapshotNotFound ObjectNotFound
        Get-CurrentRun $prefix | Should -Be run-3
    }

    It 'refuses a snapshot whose shards are gone' {
        Get-ChildItem (Join-Path $prefix shards) -Directory | Where-Object Name -like '*run-2' | Remove-Item -Recurse
        Assert-Failure { Set-CurrentManifest $prefix -RunId run-2 -Confirm:$false } SnapshotIncomplete InvalidData
        Get-CurrentRun $prefix | Should -Be run-3
    }

    It 'needs to be confirmed' { (Get-Command Set-CurrentManifest).Parameters.Keys | Should -Contain Confirm }
}

Describe 'Test-ReaderHealth' {
    BeforeAll { $prefix = New-Snapshot health 1 }

    It 'is healthy on a fresh snapshot' {
        $health = Test-ReaderHealth $prefix -StalenessThreshold 01:00:00 -Deep
        "$($health.Status)" | Should -Be Healthy
        $health.Reasons | Should -BeNullOrEmpty
        $health.ShardsProbed | Should -Be 4
        $health.RowCount | Should -Be 100
    }

    It 'is degraded when it is old' { "$((Test-ReaderHealth $prefix -StalenessThreshold 00:00:00.0000001).Status)" | Should -Be Degraded }

    It 'is unhealthy, not an error, when there is nothing' {
        $health = Test-ReaderHealth (Join-Path $TestDrive nothing)
        "$($health.Status)" | Should -Be Unhealthy
        $health.ErrorId | Should -Not -BeNullOrEmpty
        $health.Reasons | Should -HaveCount 1
    }

    It 'gives an object, and $false with -Quiet, <Name>' -ForEach @(
        @{ Name = 'for an unknown profile'; Call = @{ Prefix = 's3://bucket/p'; ProfileName = "none-$([guid]::NewGuid())" } }
        @{ Name = 'for a host name that is not known'; Call = @{ Prefix = 's3://bucket/p'; EndpointUrl = 'http://nowhere.invalid:9'; TimeoutSec = 20; Credential = [pscredential]::new('id', (ConvertTo-SecureString s -AsPlainText -Force)) } }
        @{ Name = 'for a prefix that is none'; Call = @{ Prefix = 's3://' } }
        @{ Name = 'for a drive that does not exist'; Call = @{ Prefix = 'nodrive:/p' } }
        @{ Name = 'for a provider without files'; Call = @{ Prefix = 'Env:/PATH' } }
        @{ Name = 'for a folder that may not be read'; Call = @{ Prefix = '/proc/1/fd/nothing' } }
        @{ Name = 'for contradictory credentials'; Call = @{ Prefix = 's3://bucket/p'; ProfileName = 'x'; Credential = [pscredential]::new('id', (ConvertTo-SecureString s -AsPlainText -Force)) } }
        @{ Name = 'without a prefix'; Call = @{} }
    ) {
        $health = Test-ReaderHealth @Call -ErrorVariable failed -ErrorAction Stop
        $failed | Should -BeNullOrEmpty
        "$($health.Status)", $health.IsHealthy | Should -Be Unhealthy, $false
        $health.Reasons | Should -Not -BeNullOrEmpty
        $health.RecommendedAction | Should -Not -BeNullOrEmpty
        Test-ReaderHealth @Call -Quiet -ErrorAction Stop | Should -BeExactly $false
    }

    It 'takes several prefixes, by argument and by pipeline, and answers for each in order' {
        $none = Join-Path $TestDrive nothing
        (Test-ReaderHealth $prefix, $none).IsHealthy | Should -Be $true, $false
        ($none, $prefix | Test-ReaderHealth).IsHealthy | Should -Be $false, $true
        ([pscustomobject]@{ Uri = $prefix } | Test-ReaderHealth).IsHealthy | Should -BeTrue
    }

    It 'has a verdict that survives CLIXML and JSON' {
        $file = Join-Path $TestDrive health.xml
        Test-ReaderHealth $prefix | Export-Clixml $file
        (Import-Clixml $file).IsHealthy | Should -BeExactly $true
        (Test-ReaderHealth $prefix | ConvertTo-Json | ConvertFrom-Json).IsHealthy | Should -BeExactly $true
    }

    It 'notes a freeze, and stays healthy' {
        $frozen = New-Snapshot frozen 1
        Suspend-SnapshotPublishing $frozen 'stock-taking until Monday'
        $health = Test-ReaderHealth $frozen
        $health.IsHealthy, $health.IsFrozen | Should -Be $true, $true
        $health.Notes | Should -BeLike '*stock-taking until Monday*'
        Resume-SnapshotPublishing $frozen
        (Test-ReaderHealth $frozen).Notes | Should -BeNullOrEmpty
    }

    It 'does not call a build failed whose snapshot somebody published' {
        $late = New-Snapshot late 1
        { New-Row (1..10) | Write-ShardedSnapshot $late -KeyProperty id -ShardCount 2 -RunId few -MinRows 50 } | Should -Throw
        $health = Test-ReaderHealth $late
        "$($health.Status)", "$($health.LastRunState)" | Should -Be Degraded, Failed
        $health.Reasons | Should -BeLike '*staged*'
        Publish-ShardedSnapshot $late -RunId few -PublishFailedChecks -Reason 'few it is' -WarningAction SilentlyContinue | Out-Null
        $health = Test-ReaderHealth $late
        "$($health.Status)", "$($health.LastRunState)" | Should -Be Healthy, Succeeded
    }

    It 'gives a Boolean with -Quiet' {
        Test-ReaderHealth $prefix -Quiet | Should -BeTrue
        Test-ReaderHealth (Join-Path $TestDrive nothing) -Quiet | Should -BeFalse
    }
}
