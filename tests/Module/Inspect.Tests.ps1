BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Test-ShardedSnapshot' {
    It 'passes a whole snapshot on every level' {
        $prefix = New-Snapshot whole
        foreach ($level in 'Metadata', 'Exists', 'Checksum', 'Deep') { Test-ShardedSnapshot $prefix -Level $level -Quiet | Should -BeTrue }
        $result = Test-ShardedSnapshot $prefix -Level Deep
        $result.Passed, $result.RowsRead, $result.ShardsChecked | Should -Be $true, 100, 4
        ($result | Format-Table | Out-String) | Should -Match 'RunId\s+Level\s+Passed\s+Shards\s+Rows\s+Findings'
    }

    It 'finds what is damaged, also of a snapshot from the pipeline' {
        $prefix = New-Snapshot damaged 2
        $shard = Get-ChildItem (Join-Path $prefix 'shards' 'run_id=run-1') -Recurse -File | Sort-Object FullName | Select-Object -First 1
        Remove-Item $shard.FullName -Force
        $result = Get-ManifestHistory $prefix | Test-ShardedSnapshot
        $result.RunId | Should -Be run-2, run-1
        $result.Passed | Should -Be $true, $false
        "$($result[1].Findings.Fault) $($result[1].Findings.ShardId)" | Should -Be 'Missing 0'
        Test-ShardedSnapshot $prefix -Offset 1 -Quiet | Should -BeFalse
    }

    It 'is an error without a snapshot' { Assert-Failure { Test-ShardedSnapshot (New-Item -ItemType Directory (Join-Path $TestDrive empty)).FullName } NoSnapshot ObjectNotFound }
}
