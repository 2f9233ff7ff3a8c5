BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $snapshots = Join-Path $PSScriptRoot '..' 'ShardyFusion.Core.Tests' 'Golden' 'data' 'cel' 'snapshots' | Convert-Path
    $ranges = Join-Path $snapshots ranges
    $regions = Join-Path $snapshots regions
    $context = @{ region = 'eu'; tenant = 2 }
}

Describe 'Snapshots that expressions shard' {
    It 'are described' {
        $info = Get-ShardedSnapshot $regions
        $info.Sharding, $info.CelExpression | Should -Be cel, 'shard_hash(region + ":" + string(tenant)) % 4u'
        $info.CelColumn['tenant'] | Should -Be int
        (Get-ShardedSnapshot $ranges).CelBoundary | Should -Be 100, 200, 300
        (Get-ShardedSnapshot (New-Snapshot hashed 2)).CelExpression | Should -BeNullOrEmpty
    }

    It 'answer keys alone where these decide' {
        (50, 150, 250, 350, 450 | Get-ShardValue -Prefix $ranges).Value | Should -Be 'row:50', 'row:150', 'row:250', 'row:350', $null
        (Resolve-ShardKey 99, 100, 299, 300 $ranges).ShardId | Should -Be 0, 1, 2, 3
    }

    It 'answer keys with their columns: <_>' -ForEach 2, 2L, ([byte]2), ([bigint]2) {
        (Get-ShardValue 2-user3-eu $regions -RoutingContext @{ region = 'eu'; tenant = $_ }).Value | Should -Be 'eu 2 3'
    }

    It 'answer many keys with one context' {
        $found = 1..6 | ForEach-Object { "2-user$_-eu" } | Get-ShardValue -Prefix $regions -RoutingContext $context
        $found.Value | Should -Be 'eu 2 1', 'eu 2 2', 'eu 2 3', 'eu 2 4', 'eu 2 5', $null
        $found.ShardId | Sort-Object -Unique | Should -Be (Resolve-ShardKey any $regions -RoutingContext $context).ShardId
    }

    It 'take the context with an open reader' {
        $reader = Open-ShardReader $regions
        try { (Get-ShardValue 2-user3-eu -Reader $reader -RoutingContext $context).Value | Should -Be 'eu 2 3' } finally { Close-ShardReader $reader }
    }

    It 'show a key''s history' { (Get-ShardValueHistory 2-user3-eu $regions -RoutingContext $context).Value | Should -Be 'eu 2 3' }

    It 'name the column that is not there' {
        $failure = Get-Failure { Get-ShardValue 2-user3-eu $regions -RoutingContext @{ region = 'eu' } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ShardAssignment,*'
        $failure.Exception.Message | Should -BeLike "*'tenant'*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*tenant (int)*'
    }

    It 'refuse a value of another type' { Assert-Failure { Get-ShardValue x $regions -RoutingContext @{ region = 'eu'; tenant = 'two' } } ShardAssignment InvalidData x }

    It 'refuse a context that has the key' { (Get-Failure { Get-ShardValue x $regions -RoutingContext @{ key = 1 } }).FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*' }

    It 'are whole, with a note where columns decide' {
        (Test-ShardedSnapshot $ranges -Level Deep).Notes | Should -BeNullOrEmpty
        $report = Test-ShardedSnapshot $regions -Level Deep
        $report.Passed | Should -BeTrue
        $report.Notes | Should -BeLike "*'region', 'tenant'*"
    }
}
