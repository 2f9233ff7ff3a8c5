BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    $prefix = Join-Path $TestDrive views
    1..40 | ForEach-Object { [pscustomobject]@{ id = $_; name = "n$_"; rank = $_ } } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 -Message 'first load' | Out-Null
    $second = 2..41 | ForEach-Object { [pscustomobject]@{ id = $_; name = "n$_"; rank = if ($_ -lt 4) { 0 } else { $_ } } } |
        Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 -Message 'a message that is far too long for one line of a narrow terminal'
    $third = New-Row (1..30) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 4 -RunId nightly-2026-01-14
    Set-CurrentManifest $prefix -Offset 1 -Reason 'prices of the nightly load are those of last week' -Confirm:$false
    $short = $second.RunId.Substring(0, 8)

    # What a terminal of that width shows, as words: a wrapped cell counts as its words.
    function Show-At([int] $Width, [scriptblock] $Block) {
        $text = & $Block | Out-String -Width $Width
        foreach ($line in $text -split "`n") { $line.TrimEnd().Length | Should -BeLessOrEqual $Width -Because $line }
        $text
    }
    function Get-Word([string] $Text) { ($Text -replace '\x1b\[[0-9;]*m' -split '\s+') -ne '' }

    # PowerShell 7.4 breaks lines within words.
    function Assert-Word([string[]] $Shown, [string[]] $Word) {
        foreach ($one in $Word) {
            if ($PSVersionTable.PSVersion -lt '7.5') { -join $Shown | Should -BeLike "*$([WildcardPattern]::Escape($one))*" } else { $Shown | Should -Contain $one }
        }
    }
}

Describe 'At <_> columns' -ForEach 80, 120 {
    BeforeAll { $width = $_ }

    It 'a history shows offset, short run id, time with zone, rows, change and the whole message' {
        $words = Get-Word (Show-At $width { Get-ManifestHistory $prefix })
        Assert-Word $words 'Offset', 'RunId', 'PublishedAt', 'Rows', 'Change', 'Message', $short, '40', 'a', 'message', 'terminal', '[rolled', '-1'
        $words -join ' ' | Should -Match '\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ'
        $words | Should -Not -Contain $second.RunId
        $words -match '…|\.\.\.$' | Should -BeNullOrEmpty
    }

    It 'events show why, to the last word' {
        $words = Get-Word (Show-At $width { Get-SnapshotEvent $prefix })
        Assert-Word $words 'At', 'Change', 'Outcome', 'From', 'To', 'Why', 'Rollback', 'Moved', $short, 'prices', 'nightly', 'week'
    }

    It 'health wraps its reasons, and says what to do' {
        $words = Get-Word (Show-At $width { Test-ReaderHealth (Join-Path $TestDrive none) })
        Assert-Word $words 'Status', 'RunId', 'Age', 'Rows', 'Reasons', 'Unhealthy', 'exist.', 'typo;', 'creates'
    }

    It 'a comparison shows a summary first, the fields that changed, old and new' {
        $text = Show-At $width { Compare-ShardedSnapshot $prefix -ReferenceOffset 1 }
        $words = Get-Word $text
        $text.IndexOf('shard groups differ') -lt $text.IndexOf('ChangedFields') -or ($text -replace '\s+', ' ') -match 'Comparison: .*differ.*ChangedFields' | Should -BeTrue
        Assert-Word $words 'Change', 'Key', 'ChangedFields', 'OldValue', 'NewValue', 'rank', '@{rank=2}', '@{rank=0}', 'Added', 'Removed'
        # Of a row that changed, only what changed is shown.
        $words | Should -Not -Contain '@{name=n2;'
    }

    It '<Name> keeps every column' -ForEach @(
        @{ Name = 'Get-SnapshotRun'; Columns = 'RunId', 'State', 'StartedAt', 'Duration', 'Rows', 'About' }
        @{ Name = 'Get-ShardedSnapshot'; Columns = 'RunId', 'PublishedAt', 'Rows', 'Shards', 'Size', 'Message' }
        @{ Name = 'Get-SnapshotShard'; Columns = 'ShardId', 'Rows', 'Size', 'MinKey', 'MaxKey', 'Url' }
        @{ Name = 'Test-ShardedSnapshot'; Columns = 'RunId', 'Level', 'Passed', 'Shards', 'Rows', 'Findings' }
        @{ Name = 'Test-ShardStore'; Columns = 'Check', 'Required', 'Passed', 'ms', 'Detail' }
    ) {
        $words = Get-Word (Show-At $width { & $Name $prefix })
        foreach ($column in $Columns) { $words | Should -Contain $column }
    }
}

Describe 'What is shown is taken' {
    It 'a short run id, wherever a run id is' {
        (Get-ShardValue 2 $prefix -RunId $short).RunId | Should -Be $second.RunId
        (Get-ShardedSnapshot $prefix -RunId $short).RunId | Should -Be $second.RunId
        (Get-SnapshotRun $prefix -RunId nightly-2026).RunId | Should -Be nightly-2026-01-14
        (New-SnapshotTag $prefix good -RunId $short).RunId | Should -Be $second.RunId
        Assert-Failure { Get-ShardValue 2 $prefix -RunId nig } SnapshotNotFound ObjectNotFound
        $twins = New-Snapshot twins 2
        Assert-Failure { Get-ShardedSnapshot $twins -RunId run- } ConfigValidation InvalidArgument run-
        (Get-Failure { Get-SnapshotRun $twins -RunId run- }).Exception.Message | Should -BeLike '*run-2, run-1*'
    }

    It 'a negative offset' {
        $entry = Get-ManifestHistory $prefix | Where-Object Offset -lt 0
        $entry.Offset, $entry.RunId | Should -Be -1, nightly-2026-01-14
        (Get-ShardValue 2 $prefix -Offset -1).RunId | Should -Be nightly-2026-01-14
        (Get-ShardedSnapshot $prefix -Offset $entry.Offset).RunId | Should -Be nightly-2026-01-14
        Assert-Failure { Get-ShardedSnapshot $prefix -Offset -2 } SnapshotNotFound ObjectNotFound
        (Compare-ShardedSnapshot $prefix -Offset -1 -ReferenceOffset 0 -Level Counts).To | Should -Be nightly-2026-01-14
    }

    It 'a time, and its zone is said' {
        $times = New-Snapshot times 2
        $entries = @(Get-ManifestHistory $times)
        $shown = foreach ($entry in $entries) { [regex]::Match(($entry | Out-String -Width 120), '\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ').Value }
        # As it is shown, as it is in a file, as it is in the object.
        foreach ($at in $shown[0], $entries[0].PublishedAt.ToString('o'), ($entries | ConvertTo-Csv | ConvertFrom-Csv)[0].PublishedAt) {
            (Get-ManifestHistory $times -At $at -WarningVariable said).RunId | Should -Be run-2 -Because $at
            $said | Should -BeNullOrEmpty
        }
        (Get-ManifestHistory $times -At $entries[0].PublishedAt.AddSeconds(9)).RunId | Should -Be run-2
        $bare = $shown[0].TrimEnd('Z')
        (Get-ManifestHistory $times -At $bare -WarningVariable said -WarningAction SilentlyContinue).RunId | Should -Be run-2
        $said | Should -BeLike "*UTC is taken: $bare`Z*"
        Get-ManifestHistory $times -Before ([datetime]::new(2020, 1, 1)) -WarningVariable said -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $said | Should -BeLike '*the local one of this machine (UTC*'
        Get-ManifestHistory $times -Before $shown[1] | Should -BeNullOrEmpty
    }
}
