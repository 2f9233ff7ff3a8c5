BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $prefix = New-Snapshot readers 2
}

Describe 'A reader' {
    It 'answers keys and knows its snapshot' {
        $reader = Open-ShardReader $prefix
        try {
            $reader.RunId, $reader.RowCount, $reader.ShardCount, $reader.OpenShardCount, $reader.IsPinned, $reader.IsClosed | Should -Be run-2, 200, 4, 0, $false, $false
            (1, 2, 999 | Get-ShardValue -Reader $reader).Found | Should -Be $true, $true, $false
            (Get-ShardValue 5 -Reader $reader).Value.name | Should -Be n5
            $reader.OpenShardCount | Should -BeGreaterThan 0
            ($reader | Get-ShardedSnapshot).RunId | Should -Be run-2
            (Get-ShardedSnapshot -Reader $reader).ManifestRef | Should -Be $reader.ManifestRef
        } finally { Close-ShardReader $reader }
    }

    It 'is pinned by <Name>' -ForEach @(
        @{ Name = 'run id'; Selector = @{ RunId = 'run-1' } }
        @{ Name = 'offset'; Selector = @{ Offset = 1 } }
    ) {
        $reader = Open-ShardReader $prefix @Selector
        try {
            $reader.RunId, $reader.IsPinned | Should -Be run-1, $true
            $update = Update-ShardReader $reader
            $update.Changed, $update.From, $update.To | Should -Be $false, run-1, run-1
            $update.Reason | Should -BeLike '*pinned*'
        } finally { $reader.Dispose() }
    }

    It 'opens a snapshot of the history' {
        $readers = Get-ManifestHistory $prefix | Open-ShardReader
        try { $readers.RunId | Should -Be run-2, run-1 } finally { $readers | Close-ShardReader }
    }

    It 'moves when it is told to, and says why when it does not' {
        $snap = New-Snapshot moving
        $reader = Open-ShardReader $snap
        try {
            (Update-ShardReader $reader).Reason | Should -BeLike '*same snapshot*'
            New-Row (1..3) | Write-ShardedSnapshot $snap -KeyProperty id -ShardCount 2 -RunId run-2 | Out-Null
            (Get-ShardValue 50 -Reader $reader).Found | Should -BeTrue
            Update-ShardReader $reader -WhatIf | Should -BeNullOrEmpty
            $reader.RunId | Should -Be run-1
            $update = Update-ShardReader $reader
            $update.Changed, $update.From, $update.To, $update.Reason | Should -Be $true, run-1, run-2, $null
            (Get-ShardValue 50 -Reader $reader).Found | Should -BeFalse
            Set-Content (Join-Path $snap _CURRENT) '{' -NoNewline
            $warned = $null
            $update = Update-ShardReader $reader -WarningVariable warned -WarningAction SilentlyContinue
            $update.Changed, $update.HasProblem, $warned.Count | Should -Be $false, $true, 1
            (Get-ShardValue 1 -Reader $reader).Found | Should -BeTrue
        } finally { $reader.Dispose() }
    }

    It 'that is closed says so, and is unhealthy' {
        $reader = Open-ShardReader $prefix
        Close-ShardReader $reader -WhatIf
        $reader.IsClosed | Should -BeFalse
        $reader | Close-ShardReader
        Close-ShardReader $reader
        $reader.IsClosed | Should -BeTrue
        Assert-Failure { Get-ShardValue 1 -Reader $reader } ReaderState CloseError
        Assert-Failure { Update-ShardReader $reader } ReaderState CloseError
        $health = $reader | Test-ReaderHealth
        "$($health.Status)", $health.IsClosed | Should -Be Unhealthy, $true
    }

    It 'serves 16 runspaces during 100 refreshes without an error or an open file left' {
        $snap = New-Snapshot parallel 2
        $reader = Open-ShardReader $snap
        $stop = [System.Threading.ManualResetEventSlim]::new()
        $work = 1..16 | ForEach-Object -AsJob -ThrottleLimit 16 -Parallel {
            Import-Module $using:ModulePath
            $reader = $using:reader; $stop = $using:stop; $rounds = 0
            do {
                foreach ($answer in 1, 50, 99 | Get-ShardValue -Reader $reader -ErrorAction Stop) {
                    if ($answer.Value.name -cne "n$($answer.Key)" -or $answer.Value.tag -cne $answer.RunId.Replace('run-', 's')) { throw "Key $($answer.Key) has $($answer.Value)." }
                }
                $rounds++
            } until ($stop.IsSet)
            $rounds
        }
        try {
            foreach ($i in 1..100) {
                Set-CurrentManifest $snap -RunId "run-$(1 + $i % 2)" -Confirm:$false -WarningAction SilentlyContinue
                (Update-ShardReader $reader).To | Should -Be "run-$(1 + $i % 2)"
            }
        } finally { $stop.Set() }
        # Removed afterwards: -AutoRemoveJob can look for a job that its own end has removed.
        $rounds = $work | Wait-Job | Receive-Job -ErrorAction Stop
        Remove-Job $work
        $rounds | Should -HaveCount 16
        Close-ShardReader $reader
        if ($IsLinux) { Get-Content /proc/self/maps | Where-Object { $_ -like "*$snap*" } | Should -BeNullOrEmpty }
    }
}

Describe 'Test-ReaderHealth -WatchSec' {
    It 'checks again until a command downstream has had enough' {
        $snap = New-Snapshot watched
        $seen = foreach ($health in Test-ReaderHealth $snap -WatchSec 0.001 | Select-Object -First 3) { $health.RunId }
        $seen | Should -Be run-1, run-1, run-1
        $script:checks = 0
        Test-ReaderHealth $snap -WatchSec 0.001 | ForEach-Object {
            if (++$script:checks -eq 1) { Remove-Item (Join-Path $snap _CURRENT) }
            $_
        } | Where-Object Status -eq Unhealthy | Select-Object -First 1 | ForEach-Object ErrorId | Should -Be NoSnapshot
    }
}

Describe 'Initialize-ShardReader' {
    It 'opens every shard at once' {
        $reader = Initialize-ShardReader $prefix -Level Full
        try {
            $reader.OpenShardCount, "$($reader.WarmUp.Level)", $reader.WarmUp.BuiltRunId, $reader.WarmUp.Shortfall | Should -Be 4, Full, $null, $null
            $reader.WarmUp.BytesRead | Should -BeGreaterThan 0
            (Get-ShardValue 5 -Reader $reader).Value.name | Should -Be n5
        } finally { $reader.Dispose() }
    }

    It 'warms a reader that is open' {
        $reader = Open-ShardReader $prefix -RunId run-1
        try {
            $reader.WarmUp | Should -BeNullOrEmpty
            Initialize-ShardReader -Reader $reader -WhatIf | Should -BeNullOrEmpty
            $reader.OpenShardCount | Should -Be 0
            ($reader | Initialize-ShardReader -MaxReadBytesPerSecond 10MB -ThrottleLimit 2) | Should -Be $reader
            $reader.OpenShardCount, $reader.WarmUp.RunId | Should -Be 4, run-1
            Assert-Failure { Initialize-ShardReader -Reader $reader -Mode Download } ConfigValidation InvalidArgument Mode
        } finally { $reader.Dispose() }
    }

    It 'builds the snapshot when there is none, and only then' {
        $snap, $csv = (Join-Path $TestDrive warm-build), (Join-Path $TestDrive warm.csv)
        New-Row (1..50) | Export-Csv $csv
        $build = @{ Path = $csv; KeyProperty = 'id'; KeyEncoding = 'U64BE'; ShardCount = 4 }
        Initialize-ShardReader $snap @build -WhatIf | Should -BeNullOrEmpty
        Test-Path $snap | Should -BeFalse
        $reader = Initialize-ShardReader $snap @build
        try {
            $reader.WarmUp.BuiltRunId, $reader.OpenShardCount | Should -Be $reader.RunId, 4
            (Get-ShardValue 50 -Reader $reader).Found | Should -BeTrue
        } finally { $reader.Dispose() }
        Remove-Item $csv
        $again = Initialize-ShardReader $snap @build
        try { $again.WarmUp.BuiltRunId, $again.RunId | Should -Be $null, $reader.RunId } finally { $again.Dispose() }
    }

    It 'fails with the error of the build' {
        $snap, $csv = (Join-Path $TestDrive warm-fails), (Join-Path $TestDrive bad.csv)
        Set-Content $csv "id,name`n1,a`nx,b"
        $built = (Get-Failure { Write-ShardedSnapshot $snap -Path $csv -KeyProperty id -KeyEncoding U64BE -ShardCount 1 }).FullyQualifiedErrorId.Split(',')[0]
        (Get-Failure { Initialize-ShardReader $snap -Path $csv -KeyProperty id -KeyEncoding U64BE -ShardCount 1 }).FullyQualifiedErrorId.Split(',')[0] | Should -Be $built
        Assert-Failure { Initialize-ShardReader $snap } NoSnapshot ObjectNotFound
    }

    It 'fails when a shard is missing' {
        $snap = New-Snapshot warm-missing
        Get-ChildItem (Join-Path $snap shards) -Recurse -Filter shard.sst | Select-Object -First 1 | Remove-Item
        Assert-Failure { Initialize-ShardReader $snap } SnapshotIncomplete InvalidData
    }
}

Describe 'Without a reader' {
    It 'the session keeps the snapshot open and looks at the pointer' {
        $snap = New-Snapshot session
        (Get-ShardValue 1 $snap).RunId | Should -Be run-1
        if ($IsLinux) { Get-Content /proc/self/maps | Where-Object { $_ -like "*$snap*" } | Should -Not -BeNullOrEmpty }
        New-Row (1..10) | Write-ShardedSnapshot $snap -KeyProperty id -ShardCount 2 -RunId run-2 | Out-Null
        (Get-ShardValue 1 $snap).RunId | Should -Be run-2
        Disconnect-ShardStore
        if ($IsLinux) { Get-Content /proc/self/maps | Where-Object { $_ -like "*$snap*" } | Should -BeNullOrEmpty }
    }
}

Describe 'A snapshot' {
    It 'is described' {
        $snapshot = Get-ShardedSnapshot $prefix
        $snapshot.RunId, $snapshot.RowCount, $snapshot.ShardCount, "$($snapshot.KeyEncoding)" | Should -Be run-2, 200, 4, U64BE
        (Get-ShardedSnapshot $prefix -Offset 1).RowCount | Should -Be 100
        (Get-ManifestHistory $prefix | Get-ShardedSnapshot).RunId | Should -Be run-2, run-1
        Assert-Failure { Get-ShardedSnapshot $prefix -RunId nobody } SnapshotNotFound ObjectNotFound
    }

    It 'lists its shards' {
        $shards = Get-SnapshotShard $prefix
        ($shards | Measure-Object RowCount -Sum).Sum | Should -Be 200
        $shards.ShardId | Should -Be 0, 1, 2, 3
        (Get-SnapshotShard $prefix -ShardId 2).Bytes | Should -BeGreaterThan 0
        Assert-Failure { Get-SnapshotShard $prefix -ShardId 4 } ConfigValidation InvalidArgument 4
    }

    It 'routes keys as the lookup does' {
        $reader = Open-ShardReader $prefix
        try {
            $routed = 1..50 | Resolve-ShardKey -Prefix $prefix
            $routed.ShardId | Should -Be (1..50 | Get-ShardValue -Reader $reader).ShardId
            (Resolve-ShardKey '7' -Reader $reader).ShardId | Should -Be $routed[6].ShardId
            (Get-ManifestHistory $prefix | Resolve-ShardKey 7).RunId | Should -Be run-2, run-1
        } finally { $reader.Dispose() }
        $failed = $null
        (1, 'x', 2 | Resolve-ShardKey -Prefix $prefix -ErrorVariable failed -ErrorAction SilentlyContinue).Key | Should -Be 1, 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ShardAssignment,*'
    }
}
