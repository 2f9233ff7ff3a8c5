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

Describe 'Compare-ShardedSnapshot' {
    BeforeAll { $prefix = New-Snapshot compared 2 }

    It 'gives every row that differs' {
        $rows = Compare-ShardedSnapshot $prefix
        $rows.Count | Should -Be 200
        ($rows | Group-Object Change -NoElement | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'Added 100', 'Changed 100'
        $changed = $rows | Where-Object Key -EQ 7
        $changed.OldValue.tag, $changed.NewValue.tag | Should -Be s1, s2
        ($rows | Where-Object Key -EQ 150).OldValue | Should -BeNullOrEmpty
        ($rows | Format-Table | Out-String) | Should -Match 'Change\s+Key\s+ChangedFields\s+OldValue\s+NewValue'
    }

    It 'gives figures, also against another prefix' {
        $figures = Compare-ShardedSnapshot $prefix -Level Counts
        $figures.RowsEqual, $figures.Added, $figures.Changed, $figures.RowChange | Should -Be $false, 100, 100, 100
        (Compare-ShardedSnapshot $prefix -ReferencePrefix $prefix -Level Manifest).RowsEqual | Should -BeTrue
        ($figures.Fields | Where-Object Name -EQ row_count).To | Should -Be 200
    }

    It 'takes the later snapshot from the pipeline and stops when it is enough' {
        (Get-ManifestHistory $prefix -First 1 | Compare-ShardedSnapshot -ReferenceRunId run-1 | Select-Object -First 2).Count | Should -Be 2
        Assert-Failure { Compare-ShardedSnapshot $prefix -RunId run-1 } SnapshotNotFound ObjectNotFound
    }
}

Describe 'Get-ShardValueHistory' {
    It 'follows a key through the snapshots' {
        $prefix = New-Snapshot followed 3
        $versions = Get-ShardValueHistory 150 $prefix
        $versions.RunId | Should -Be run-3, run-2, run-1
        "$($versions.Change)" | Should -Be 'Changed Added '
        $versions.Found | Should -Be $true, $true, $false
        $versions[1].Value.tag | Should -Be s2
        (Get-ShardValueHistory 150 $prefix -First 1).Count | Should -Be 1
    }
}

Describe 'Export-ShardedSnapshot' {
    BeforeAll { $prefix = New-Snapshot exported }

    It 'gives rows in key order' {
        $rows = Export-ShardedSnapshot $prefix
        $rows.Key | Should -Be (1..100)
        $rows[41].Value.name | Should -Be n42
        (Export-ShardedSnapshot $prefix -FirstKey 98).Key | Should -Be 98, 99, 100
    }

    It 'writes a file that Write-ShardedSnapshot reads again' {
        $file = Join-Path $TestDrive 'rows.jsonl.gz'
        Export-ShardedSnapshot $prefix $file -WhatIf
        $file | Should -Not -Exist
        $result = Export-ShardedSnapshot $prefix $file
        $result.RowCount, $result.Path | Should -Be 100, $file
        Write-ShardedSnapshot (Join-Path $TestDrive again) -Path $file -KeyProperty key -KeyEncoding U64BE -ShardCount 2 | Out-Null
        (Get-ShardValue 42 (Join-Path $TestDrive again)).Found | Should -BeTrue
        Assert-Failure { Export-ShardedSnapshot $prefix $file } ConfigValidation InvalidArgument
        (Export-ShardedSnapshot $prefix $file -Overwrite).RowCount | Should -Be 100
    }
}

Describe 'Copy-ShardedSnapshot' {
    It 'copies to another folder and moves the pointer when asked' {
        $prefix = New-Snapshot copied
        $copy = Join-Path $TestDrive target
        Copy-ShardedSnapshot $prefix $copy -WhatIf
        $copy | Should -Not -Exist
        $result = Copy-ShardedSnapshot $prefix $copy
        $result.RunId, $result.ShardsCopied, $result.Pointer | Should -Be run-1, 4, $null
        Assert-Failure { Get-ShardValue 1 $copy } NoSnapshot ObjectNotFound
        (Copy-ShardedSnapshot $prefix $copy -Publish).ShardsSkipped | Should -Be 4
        (Get-ShardValue 42 $copy).Value.name | Should -Be n42
        Test-ShardedSnapshot $copy -Level Deep -Quiet | Should -BeTrue
    }

    It 'gives a snapshot another number of shards' {
        $prefix = New-Snapshot resharded
        $result = Copy-ShardedSnapshot $prefix $prefix -ShardCount 7 -Publish
        $result.ShardCount, $result.RowCount, $result.Pointer | Should -Be 7, 100, CURRENT
        (Compare-ShardedSnapshot $prefix -Level Counts).RowsEqual | Should -BeTrue
        Assert-Failure { Copy-ShardedSnapshot $prefix $prefix } ConfigValidation InvalidArgument
    }
}

Describe 'Several prefixes by the pipeline' {
    BeforeAll { $a, $b = (New-Snapshot many-a 2), (New-Snapshot many-b 1); $none = Join-Path $TestDrive many-none }

    It '<_> answers for each, and an error for one does not end the others' -ForEach @(
        'Get-ManifestHistory', 'Get-ShardedSnapshot', 'Get-SnapshotShard', 'Get-SnapshotRun', 'Get-SnapshotEvent', 'Test-ShardedSnapshot', 'Test-ShardStore', 'Export-ShardedSnapshot', 'Open-ShardReader'
    ) {
        $found = $a, $b | & $_
        # Rows and checks do not say which prefix they are of.
        if ($found[0].PSObject.Properties['Prefix']) { $found.Prefix | ForEach-Object { Split-Path $_ -Leaf } | Get-Unique | Should -Be many-a, many-b }
        else { @($found).Count | Should -Be (@(& $_ $a).Count + @(& $_ $b).Count) }
        if ($_ -in 'Get-ShardedSnapshot', 'Get-SnapshotShard', 'Test-ShardedSnapshot', 'Export-ShardedSnapshot') {
            $rest = $none, $b | & $_ -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'StorageNotFound,*'
            $rest | Should -Not -BeNullOrEmpty
        }
    }

    It 'as an argument, too' { (Get-ManifestHistory $b, $a).RunId | Should -Be run-1, run-2, run-1 }
}
