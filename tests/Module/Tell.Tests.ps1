BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'OnPublished' {
    It 'gets the result once the pointer has moved' {
        $prefix = Join-Path $TestDrive told
        $seen = [System.Collections.Generic.List[object]]::new()
        $result = New-Row (1..10) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId first -OnPublished {
            param($published)
            $seen.Add(@($published.RunId, $_.RowCount, (Get-CurrentRun $prefix)))
            'told'
        } -InformationVariable said
        $result.RunId | Should -Be first
        $seen | Should -HaveCount 1
        $seen[0] | Should -Be first, 10, first
        $said.MessageData | Should -Be told
    }

    It 'is not run when nothing is published, and is by the publish' {
        $prefix = New-Snapshot staged
        $seen = [System.Collections.Generic.List[string]]::new()
        New-Row (1..10) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId later -NoPublish -OnPublished { $seen.Add($_.RunId) } | Out-Null
        $seen | Should -HaveCount 0
        Publish-ShardedSnapshot $prefix -RunId later -OnPublished { $seen.Add($_.RunId) } | Out-Null
        $seen | Should -Be later
        Publish-ShardedSnapshot $prefix -RunId later -OnPublished { $seen.Add($_.RunId) } -WarningAction SilentlyContinue | Out-Null
        $seen | Should -HaveCount 1
    }

    It 'that fails is a warning: the snapshot is published' {
        $prefix = Join-Path $TestDrive failing
        $result = New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 -RunId live -OnPublished { throw 'nobody listens' } -WarningVariable warned -WarningAction SilentlyContinue
        $result.Published | Should -BeTrue
        "$warned" | Should -BeLike '*published*nobody listens*'
        Get-CurrentRun $prefix | Should -Be live
    }

    It 'and -AsJob exclude each other before anything is read' {
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot (Join-Path $TestDrive job) -KeyProperty id -AsJob -OnPublished { } } ConfigValidation InvalidArgument
        Test-Path (Join-Path $TestDrive job) | Should -BeFalse
    }
}

Describe 'Wait-ShardedSnapshot' {
    It 'returns at once when there is something newer than what is known' {
        $prefix = New-Snapshot waited 2
        $new = Wait-ShardedSnapshot $prefix -AfterRunId run-1
        $new.RunId | Should -Be run-2
        $new.Prefix | Should -BeLike '*waited'
    }

    It 'returns when another process publishes' {
        $prefix = New-Snapshot loaded
        $job = Start-ThreadJob { Import-Module $using:ModulePath; 1..5 | ForEach-Object { [pscustomobject]@{ id = $_ } } | Write-ShardedSnapshot $using:prefix -KeyProperty id -ShardCount 1 -RunId newer }
        (Wait-ShardedSnapshot $prefix -AfterRunId run-1 -Interval 50ms -TimeoutSec 60).RunId | Should -Be newer
        $job | Receive-Job -Wait -AutoRemoveJob | Out-Null
    }

    It 'ends with TimedOut, and warns of a run that is gone' {
        $prefix = New-Snapshot late
        Assert-Failure { Wait-ShardedSnapshot $prefix -Interval 20ms -TimeoutSec 0.2 } TimedOut OperationTimeout
        (Get-Failure { Wait-ShardedSnapshot $prefix -Interval 20ms -TimeoutSec 0.2 }).ErrorDetails.RecommendedAction | Should -BeLike '*Get-SnapshotRun*'
        (Wait-ShardedSnapshot $prefix -AfterRunId gone -WarningVariable warned -WarningAction SilentlyContinue).RunId | Should -Be run-1
        "$warned" | Should -BeLike "*'gone'*"
    }
}
