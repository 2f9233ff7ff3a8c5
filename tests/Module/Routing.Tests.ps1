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

Describe 'Builds that place rows by expressions and ranges' {
    BeforeAll {
        $orders = foreach ($id in 0..89) { [pscustomobject]@{ Id = $id; Region = ('ap', 'eu', 'us')[$id % 3]; Tenant = $id % 4; Total = "t$id" } }
        $two = @{ CelExpression = 'shard_hash(region + ":" + string(tenant)) % 4u'; CelColumn = @{ region = 'string'; tenant = 'int' } }
        $csv = Join-Path $TestDrive orders.csv
        $orders | Export-Csv $csv
        function Get-Hash([string] $Prefix) { (Get-SnapshotShard $Prefix).Sha256 -join ' ' }
    }

    It 'take the key alone' {
        $result = $orders | Write-ShardedSnapshot (Join-Path $TestDrive key) -KeyProperty Id -CelExpression 'key % 3' -CelColumn @{ key = 'int' }
        $result.ShardCount, $result.RowCount | Should -Be 3, 90
        (Get-ShardValue 40 (Join-Path $TestDrive key)).ShardId | Should -Be 1
        (Test-ShardedSnapshot (Join-Path $TestDrive key) -Level Deep).Passed | Should -BeTrue
        (Get-ShardedSnapshot (Join-Path $TestDrive key)).CelColumn['key'] | Should -Be int
    }

    It 'take columns that are no values from <_>' -ForEach objects, dictionaries, texts, rows, reader, file, argument {
        $prefix = Join-Path $TestDrive "by-$_"
        $how = @{ Prefix = $prefix; KeyProperty = 'Id'; ValueProperty = 'Total'; KeyEncoding = 'U64BE' } + $two
        $table = [System.Data.DataTable]::new()
        foreach ($column in 'Id', 'REGION', 'tenant', 'Total') { [void]$table.Columns.Add($column, $(if ($column -in 'Id', 'tenant') { [long] } else { [string] })) }
        foreach ($order in $orders) { [void]$table.Rows.Add($order.Id, $order.Region, $order.Tenant, $order.Total) }
        switch ($_) {
            objects { $orders | Write-ShardedSnapshot @how }
            dictionaries { $orders | ForEach-Object { @{ Id = $_.Id; region = $_.Region; Tenant = $_.Tenant; Total = $_.Total } } | Write-ShardedSnapshot @how }
            texts { Import-Csv $csv | Write-ShardedSnapshot @how }
            rows { $table | Write-ShardedSnapshot @how }
            reader { Write-ShardedSnapshot @how -InputObject $table.CreateDataReader() }
            file { $orders | ForEach-Object { [pscustomobject]@{ region = $_.Region; tenant = $_.Tenant; Id = $_.Id; Total = $_.Total } } | Export-Csv "$csv.csv"
                Write-ShardedSnapshot @how -Path "$csv.csv" }
            argument { Write-ShardedSnapshot @how -InputObject $orders }
        }
        (Get-ShardValue 41 $prefix -RoutingContext @{ region = 'us'; tenant = 1 }).Value | Should -Be t41
        if (-not $script:hashes) { $script:hashes = Get-Hash $prefix }
        Get-Hash $prefix | Should -Be $script:hashes
    }

    It 'keep the columns where all properties are the value' {
        $prefix = Join-Path $TestDrive all
        $orders | Write-ShardedSnapshot $prefix -KeyProperty Id @two | Out-Null
        (Get-ShardValue 41 $prefix -RoutingContext @{ region = 'us'; tenant = 1 }).Value.Region | Should -Be us
    }

    It 'cut ranges' {
        $prefix = Join-Path $TestDrive cut
        $result = $orders | Write-ShardedSnapshot $prefix -KeyProperty Id -RangeShardCount 3
        $result.Shards.RowCount | Should -Be 30, 30, 30
        (Get-ShardedSnapshot $prefix).CelBoundary | Should -Be 30, 60
        ($orders | Write-ShardedSnapshot $prefix -KeyProperty Id -RangeBoundary 10, 80).Shards.RowCount | Should -Be 10, 70, 10
        ($orders | Write-ShardedSnapshot $prefix -KeyProperty Region -ValueProperty Total -RangeBoundary b, u).ShardCount | Should -Be 3
    }

    It 'copy rows to other shards' {
        $prefix = Join-Path $TestDrive source
        $orders | Write-ShardedSnapshot $prefix -KeyProperty Id -ShardCount 2 | Out-Null
        (Copy-ShardedSnapshot $prefix (Join-Path $TestDrive target) -RangeShardCount 3).ShardCount | Should -Be 3
        (Copy-ShardedSnapshot $prefix (Join-Path $TestDrive target) -CelExpression 'key / 45' -CelColumn @{ key = 'int' }).ShardCount | Should -Be 2
        Assert-Failure { Copy-ShardedSnapshot $prefix (Join-Path $TestDrive target) @two } ConfigValidation InvalidArgument
    }

    It 'write nothing and say how under WhatIf' {
        $prefix = Join-Path $TestDrive none
        $said = Invoke-FreshPwsh "Import-Module `$ModulePath; [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot '$prefix' -KeyProperty id -CelExpression key -CelColumn @{ key = 'int' } -CelBoundary 5 -WhatIf"
        $said -join "`n" | Should -BeLike '*by the value of the CEL expression in 2 ranges: key.*Write 2 shards*'
        Test-Path $prefix | Should -BeFalse
    }

    It 'show the balance of ranges under WhatIf, from <_>' -ForEach objects, file, table {
        $prefix = Join-Path $TestDrive none
        $rows = switch ($_) {
            objects { "Import-Csv '$csv' | Write-ShardedSnapshot" }
            file { "Write-ShardedSnapshot -Path '$csv'" }
            table { "`$t = [System.Data.DataTable]::new(); [void]`$t.Columns.Add('Id', [int]); 0..89 | ForEach-Object { [void]`$t.Rows.Add(`$_) }; Write-ShardedSnapshot -InputObject `$t" }
        }
        $said = Invoke-FreshPwsh "Import-Module `$ModulePath; $rows -Prefix '$prefix' -KeyProperty Id -KeyEncoding U64BE -RangeShardCount 3 -WhatIf"
        $said -join "`n" | Should -BeLike '*Shard 1, keys from 30 below 60: 33.33 % of the rows.*The largest of 3 ranges*'
        Test-Path $prefix | Should -BeFalse
    }

    It 'refuse what cannot be used: <Name>' -ForEach @(
        @{ Name = 'no such column'; With = @{ CelExpression = 'regoin'; CelColumn = @{ region = 'string' } }; Says = "*there is no column 'regoin'*(line 1, column 1)*" }
        @{ Name = 'no such type'; With = @{ CelExpression = 'region'; CelColumn = @{ region = 'text' } }; Says = "*the type 'text', which is none of*" }
        @{ Name = 'both'; With = @{ CelExpression = 'key'; CelColumn = @{ key = 'int' }; RangeShardCount = 3 }; Says = '*exclude each other*' }
        @{ Name = 'a count'; With = @{ RangeShardCount = 3; ShardCount = 3 }; Says = '*ShardCount cannot be combined*' }
        @{ Name = 'a size'; With = @{ RangeShardCount = 3; TargetShardSize = '1MB' }; Says = '*TargetShardSize cannot be combined*' }
        @{ Name = 'columns alone'; With = @{ CelColumn = @{ key = 'int' } }; Says = '*but no expression*' }
    ) {
        $failure = Get-Failure { $orders | Write-ShardedSnapshot (Join-Path $TestDrive bad) -KeyProperty Id @With }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
        $failure.Exception.Message | Should -BeLike $Says
        Test-Path (Join-Path $TestDrive bad) | Should -BeFalse
    }

    It 'name the row, the key and the column of a row without shard' {
        $failure = Get-Failure { $orders, [pscustomobject]@{ Id = 500; Tenant = 'x' } | ForEach-Object { $_ } |
                Write-ShardedSnapshot (Join-Path $TestDrive bad) -KeyProperty Id -CelExpression 'tenant' -CelColumn @{ tenant = 'int' } }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ShardAssignment,*'
        $failure.Exception.Message | Should -Be "Row 91: Key 500 has no shard: the column 'tenant' is int, and the row has 'x'."
        $failure.TargetObject | Should -Be 500
    }

    It 'warn where a lookup would need the key twice' {
        $orders | Write-ShardedSnapshot (Join-Path $TestDrive own) -KeyProperty Id -CelExpression 'id % 2' -CelColumn @{ id = 'int' } -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeLike "*'id', the column of the key*"
    }
}
