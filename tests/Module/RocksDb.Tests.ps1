BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    # The package with the library lies beside the module, as Install-Module puts it.
    $databases = Join-Path $PSScriptRoot '..' 'ShardyFusion.Core.Tests' 'Golden' 'data' 'rocksdb-databases' | Convert-Path
    function New-Prefix { Join-Path $TestDrive ([guid]::NewGuid()) }
}

Describe 'Rows from a RocksDB database' {
    It 'reads a column family, without a key property' {
        $prefix = New-Prefix
        $result = Write-ShardedSnapshot $prefix -Path (Join-Path $databases shop-8.11.4) -Format RocksDb -ColumnFamily users -ShardCount 2
        $result.RowCount | Should -Be 77
        $result.KeyEncoding | Should -Be 'Raw'
    }

    It 'names the column families that there are' {
        $failed = { Write-ShardedSnapshot (New-Prefix) -LiteralPath (Join-Path $databases shop-8.11.4) -Format RocksDb -ColumnFamily shops } |
            Should -Throw '*users*' -ErrorId 'InputInvalid*' -PassThru
        $failed.CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'makes a database of a snapshot, and reads it back by the parameters it names' {
        $prefix, $again, $path = (New-Prefix), (New-Prefix), (Join-Path $TestDrive made)
        [pscustomobject]@{ id = 1; v = 'one' }, [pscustomobject]@{ id = 2; v = 'two' } |
            Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 2 | Out-Null
        Export-ShardedSnapshot -Prefix $prefix -Path $path -Format RocksDb -WhatIf
        $path | Should -Not -Exist
        $made = Export-ShardedSnapshot -Prefix $prefix -Path $path -Format RocksDb
        $made.RowCount | Should -Be 2
        Invoke-Expression "Write-ShardedSnapshot '$again' -Path '$path' -ShardCount 2 $($made.ReadBack)" | Out-Null
        (Get-ShardValue 2 $again -As Text).Value | Should -BeExactly 'two'
        { Export-ShardedSnapshot -Prefix $prefix -Format RocksDb } | Should -Throw '*give -Path*' -ErrorId 'ConfigValidation*'
    }

    It 'offers the column families' {
        $line = "Write-ShardedSnapshot ./x -Path '$(Join-Path $databases shop-8.11.4)' -Format RocksDb -ColumnFamily "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be default, users, events, empty
    }

    It 'asks for a key property with other files' {
        $file = Join-Path $TestDrive a.csv
        Set-Content -LiteralPath $file "id,v`n1,a"
        { Write-ShardedSnapshot (New-Prefix) -Path $file } | Should -Throw '*key is not named*' -ErrorId 'ConfigValidation*'
    }
}
