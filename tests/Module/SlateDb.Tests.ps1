BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $golden = Join-Path $PSScriptRoot '..' 'ShardyFusion.Core.Tests' 'Golden' 'data' 'slatedb' | Convert-Path
    $packed = [System.IO.File]::OpenRead((Join-Path $golden databases.tar.br))
    $archive = [System.IO.Compression.BrotliStream]::new($packed, [System.IO.Compression.CompressionMode]::Decompress)
    [System.Formats.Tar.TarFile]::ExtractToDirectory($archive, $TestDrive, $false)
    $archive.Dispose()

    # A golden snapshot under a manifest that needs no database to be read.
    function Get-Fleet([string] $Name) {
        $prefix = Join-Path $TestDrive "snapshot-$Name" store $Name
        $manifest = Get-ChildItem (Join-Path $prefix manifests) -Recurse -File
        Copy-Item (Join-Path $golden manifests "$Name.yaml") $manifest.FullName -Force
        $pointer = Join-Path $prefix _CURRENT
        [System.IO.File]::WriteAllText($pointer, (Get-Content $pointer -Raw).Replace('application/x-sqlite3', 'application/x-yaml'))
        $prefix
    }
}

Describe 'Snapshots with SlateDB shards' {
    It 'are described, read, verified and exported: <Name>' -ForEach @(
        @{ Name = 'hash-u64'; Rows = 1200; Key = 42 }, @{ Name = 'hash-utf8'; Rows = 900; Key = 'user-00002' },
        @{ Name = 'hash-wal'; Rows = 500; Key = 42 }, @{ Name = 'cel'; Rows = 600; Key = $null }) {
        $prefix = Get-Fleet $Name
        $info = Get-ShardedSnapshot $prefix
        $info.RowCount | Should -Be $Rows
        $info.Engine | Should -BeLike 'SlateDB (manifest 1*'
        (Get-SnapshotShard $prefix).Engine | Select-Object -Unique | Should -BeLike 'SlateDB (manifest 1*'
        $result = Test-ShardedSnapshot $prefix -Level Deep
        $result.RowsRead | Should -Be $Rows
        @(Export-ShardedSnapshot $prefix).Count | Should -Be $Rows
        if ($null -ne $Key) {
            $result.Passed | Should -BeTrue
            (Get-ShardValue $Key $prefix).Found | Should -BeTrue
            (Get-ShardValueHistory $Key $prefix).Found | Should -BeTrue
            (Test-ReaderHealth $prefix -Deep).Status | Should -Be Healthy
        }
    }

    It 'are copied by writing their rows anew' {
        $prefix = Get-Fleet hash-u64
        $copy = Join-Path $TestDrive ours
        Assert-Failure { Copy-ShardedSnapshot $prefix $copy } ShardUnsupported NotImplemented
        Copy-ShardedSnapshot $prefix $copy -ShardCount 3 -Publish | Out-Null
        (Compare-ShardedSnapshot $copy -ReferencePrefix $prefix -Level Counts).RowsEqual | Should -BeTrue
    }

    It 'load nothing where no such shard is read' {
        $out = Invoke-FreshPwsh "Import-Module `$ModulePath; 1..9 | ForEach-Object { [pscustomobject]@{ id = `$_ } } | Write-ShardedSnapshot '$TestDrive/own' -KeyProperty id -ShardCount 2 | Out-Null
            (Get-ShardValue 3 '$TestDrive/own').Found; (Test-ShardedSnapshot '$TestDrive/own' -Level Deep).Passed
            [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match '^ZstdSharp|^System.IO.Hashing'"
        $out | Should -Be 'True', 'True'
    }
}
