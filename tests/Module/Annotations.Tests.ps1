BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Tags' {
    BeforeAll { $prefix = New-Snapshot tags 2 }

    It 'names a snapshot and reads by the name' {
        $tag = New-SnapshotTag $prefix gold -RunId run-1 -ExpiresIn 01:00:00 -Note audit
        $tag.Name, $tag.RunId, $tag.Note | Should -Be gold, run-1, audit
        (Get-ShardValue 1 $prefix -Tag gold).RunId | Should -Be run-1
        (Get-SnapshotTag $prefix 'g*').Name | Should -Be gold
        (Get-ManifestHistory $prefix | Where-Object Tags -Contains gold).RunId | Should -Be run-1
    }

    It 'changes nothing under -WhatIf' {
        New-SnapshotTag $prefix other -WhatIf
        Get-SnapshotTag $prefix other | Should -BeNullOrEmpty
    }

    It 'refuses a name that is taken, and removes it from the pipeline' {
        New-SnapshotTag $prefix mine -RunId run-1 | Out-Null
        { New-SnapshotTag $prefix mine -RunId run-2 } | Should -Throw -ErrorId 'TagExists,*'
        Get-SnapshotTag $prefix mine | Remove-SnapshotTag
        Get-SnapshotTag $prefix mine | Should -BeNullOrEmpty
    }
}

Describe 'Blocks, events and undo' {
    BeforeEach { $prefix = New-Snapshot "block-$([guid]::NewGuid())" 3 }

    It 'passes over a blocked snapshot and refuses it' {
        Get-ManifestHistory $prefix | Where-Object RunId -eq run-2 | Block-ShardedSnapshot -Reason bad
        Set-CurrentManifest $prefix -Offset 1 -Confirm:$false
        Get-CurrentRun $prefix | Should -Be run-1
        { Set-CurrentManifest $prefix -RunId run-2 -Confirm:$false } | Should -Throw -ErrorId 'SnapshotBlocked,*'
        (Get-SnapshotEvent $prefix -First 1).Outcome | Should -Be Refused
        Unblock-ShardedSnapshot $prefix -RunId run-2
        (Get-ManifestHistory $prefix).IsBlocked | Should -Not -Contain $true
    }

    It 'undoes the last change' {
        Set-CurrentManifest $prefix -Offset 2 -Confirm:$false
        Undo-CurrentManifest $prefix -WhatIf
        Get-CurrentRun $prefix | Should -Be run-1
        (Undo-CurrentManifest $prefix -Confirm:$false -PassThru -Reason oops).To | Should -Be run-3
        (Get-SnapshotEvent $prefix -First 1).Reason | Should -Be oops
    }
}

Describe 'Suspended publishing' {
    BeforeAll { $prefix = New-Snapshot frozen 2 }

    It 'lets an undo and a rollback through when their author insists, and the event tells' {
        $live = New-Snapshot insisted 3
        Suspend-SnapshotPublishing $live 'bad data is live'
        { Undo-CurrentManifest $live -Confirm:$false } | Should -Throw -ErrorId 'PublishingFrozen,*'
        (Undo-CurrentManifest $live -IgnoreFreeze -Reason 'back to what was good' -Confirm:$false -PassThru).To | Should -Be run-2
        $event = Get-SnapshotEvent $live -First 1
        "$($event.Kind)", $event.InsistedOn, $event.Reason | Should -Be Undo, freeze, 'back to what was good'
        Block-ShardedSnapshot $live -RunId run-1 -Reason old
        Set-CurrentManifest $live -RunId run-1 -IgnoreFreeze -IgnoreBlock -Confirm:$false
        (Get-SnapshotEvent $live -First 1).InsistedOn | Should -Be 'freeze, block'
        (Test-ReaderHealth $live).IsFrozen | Should -BeTrue
        Resume-SnapshotPublishing $live
        # Nothing was in the way, so nothing was insisted on.
        Set-CurrentManifest $live -RunId run-3 -IgnoreFreeze -IgnoreBlock -Confirm:$false
        (Get-SnapshotEvent $live -First 1).InsistedOn | Should -BeNullOrEmpty
    }

    It 'refuses a rollback until it is resumed' {
        (Suspend-SnapshotPublishing $prefix audit -PassThru).Reason | Should -Be audit
        { Set-CurrentManifest $prefix -Offset 1 -Confirm:$false } | Should -Throw -ErrorId 'PublishingFrozen,*'
        Resume-SnapshotPublishing $prefix
        Set-CurrentManifest $prefix -Offset 1 -Confirm:$false
        Get-CurrentRun $prefix | Should -Be run-1
    }
}

Describe 'The history by time' {
    It 'gives what was current then, and who built it in what time' {
        $prefix = New-Snapshot times 2
        $between = (Get-ManifestHistory $prefix)[0].PublishedAt.AddTicks(-10)
        Set-CurrentManifest $prefix -Offset 1 -Confirm:$false
        (Get-ManifestHistory $prefix -Before $between).RunId | Should -Be run-1
        $then = Get-ManifestHistory $prefix -At $between
        $then.RunId, $then.Author | Should -Be run-1, ([Environment]::UserName)
        $then.DurationSec | Should -BeGreaterThan 0
        { Get-ManifestHistory $prefix -At 2001-01-01 } | Should -Throw -ErrorId 'SnapshotNotFound,*'
    }
}

Describe 'Stale snapshots' {
    BeforeAll {
        $prefix = New-Snapshot stale 2
        # What a build left that died days ago.
        $shard = Join-Path $TestDrive stale/shards/run_id=dead/db=00000/attempt=00/shard.sst
        $written = [datetime]::UtcNow.AddDays(-3)
        New-Item $shard -ItemType File -Value rows -Force | ForEach-Object { $_.LastWriteTimeUtc = $written }
    }

    It 'says why under -WhatIf and deletes nothing' {
        $plan = Remove-StaleSnapshot $prefix -WhatIf
        $plan.Kind, $plan.Name, $plan.ObjectCount, $plan.IsDeleted | Should -Be OrphanShards, dead, 1, $false
        $shard | Should -Exist
    }

    It 'takes a time as it is written on a command line, also where PowerShell reads a number' {
        Remove-StaleSnapshot $prefix -WhatIf -Grace 4d | Should -BeNullOrEmpty
        Remove-StaleSnapshot $prefix -WhatIf -Grace 73h | Should -BeNullOrEmpty
        foreach ($grace in '49h', 3600, '01:00:00', [timespan]::FromDays(2)) {
            (Remove-StaleSnapshot $prefix -WhatIf -Grace $grace).Name | Should -Be dead -Because $grace
        }
        (Remove-StaleSnapshot $prefix -WhatIf -Grace 2d).Name | Should -Be dead
        { Remove-StaleSnapshot $prefix -WhatIf -Grace soon } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'saves a plan, and carries it out unless something in it is protected by then' {
        $file = Join-Path $TestDrive plan.json
        (Remove-StaleSnapshot $prefix -SavePlan $file).Name | Should -Be dead
        (Get-Item $shard).LastWriteTimeUtc = [datetime]::UtcNow
        { Remove-StaleSnapshot $prefix -PlanPath $file -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'PlanStale,*'
        (Get-Item $shard).LastWriteTimeUtc = $written
        (Remove-StaleSnapshot $prefix -PlanPath $file -Confirm:$false).IsDeleted | Should -BeTrue
        $shard | Should -Not -Exist
        (Get-ManifestHistory $prefix).RunId | Should -Be run-2, run-1
    }
}
