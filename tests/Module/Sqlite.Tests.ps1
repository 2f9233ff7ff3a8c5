BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    function New-Prefix { Join-Path $TestDrive ([guid]::NewGuid()) }
}

Describe 'Snapshots with SQLite shards' {
    It 'are written, read, verified and copied' {
        $prefix = New-Prefix
        $rows = 1..200 | ForEach-Object { [pscustomobject] @{ Id = $_; Name = "name $_" } }
        $result = $rows | Write-ShardedSnapshot $prefix -KeyProperty Id -ShardCount 2 -ShardFormat Sqlite
        $result.RowCount | Should -Be 200
        @(Get-ChildItem $prefix -Recurse -Filter shard.db).Count | Should -Be 2
        (Get-ShardedSnapshot $prefix).Engine | Should -Be 'SQLite (pages of 4096 bytes)'
        (Get-ShardValue 42 $prefix).Value.Name | Should -Be 'name 42'
        (Test-ShardedSnapshot $prefix -Level Deep).Passed | Should -BeTrue
        $copy = New-Prefix
        Copy-ShardedSnapshot $prefix -Destination $copy -ShardFormat RocksDb -Publish
        (Get-ShardedSnapshot $copy).Engine | Should -Be 'rocksdb-sst'
        (Get-ShardValue 42 $copy).Value.Name | Should -Be 'name 42'
    }

    It 'take no compression' {
        { [pscustomobject] @{ Id = 1; Name = 'a' } | Write-ShardedSnapshot (New-Prefix) -KeyProperty Id -ShardFormat Sqlite -Compression Lz4 } |
            Should -Throw '*SQLite*' -ErrorId 'ConfigValidation*'
    }
}
