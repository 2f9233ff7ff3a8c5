BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Export-SnapshotReport' {
    BeforeAll {
        $prefix = New-Snapshot reported 2
        $page = Join-Path $TestDrive report.html
    }
    BeforeEach { Remove-Item $page -ErrorAction Ignore }

    It 'shows what the other commands tell' {
        Export-SnapshotReport $prefix $page | Should -BeNullOrEmpty
        $html = Get-Content $page -Raw
        foreach ($entry in Get-ManifestHistory $prefix) {
            $html | Should -Match "(?s)id=`"history`".*?data-row=`"$($entry.RunId)`".*?data-figure=`"rows`" value=`"$($entry.RowCount)`".*?data-figure=`"bytes`" value=`"$($entry.Bytes)`""
        }
        $html | Should -Match "<title>$((Test-ReaderHealth $prefix).Status) · "
        $html | Should -Match 'data-figure="shard_count" value="4"'
        Get-SnapshotRun $prefix | ForEach-Object { $html | Should -Match "(?s)id=`"runs`".*data-row=`"$($_.RunId)`"" }
    }

    It 'writes nothing under -WhatIf' {
        $before = Get-Tree $TestDrive
        Export-SnapshotReport $prefix $page -WhatIf
        Get-Tree $TestDrive | Should -Be $before
        'yesterday' | Set-Content $page -NoNewline
        Export-SnapshotReport $prefix $page -Overwrite -WhatIf
        Get-Content $page -Raw | Should -Be yesterday
    }

    It 'replaces a page only by force' {
        'yesterday' | Set-Content $page -NoNewline
        Assert-Failure { Export-SnapshotReport $prefix $page } ConfigValidation InvalidArgument $page
        Get-Content $page -Raw | Should -Be yesterday
        (Export-SnapshotReport $prefix $page -Overwrite -PassThru).FullName | Should -Be $page
        Get-Content $page -Raw | Should -BeLike '<!doctype html>*'
    }

    It 'takes the path of the session and bounds the history' {
        Push-Location $TestDrive
        try { [pscustomobject]@{ Prefix = $prefix } | Export-SnapshotReport -Path report.html -First 1 -SkipStorage } finally { Pop-Location }
        $html = Get-Content $page -Raw
        $html | Should -Match 'there are older ones'
        $html | Should -Not -Match 'data-row="run-1"'
    }

    It 'shows what a cleanup would free, unless nobody is to look' {
        Export-SnapshotReport $prefix $page
        Get-Content $page -Raw | Should -Match 'data-figure="freed_bytes" value="0"'
        Export-SnapshotReport $prefix $page -Overwrite -SkipStorage
        Get-Content $page -Raw | Should -Not -Match 'data-figure="freed_bytes"'
    }

    It 'reports a prefix without a snapshot' {
        $empty = (New-Item (Join-Path $TestDrive empty) -ItemType Directory).FullName
        Export-SnapshotReport $empty $page
        Get-Content $page -Raw | Should -Match 'Nothing has been published here yet'
    }

    It 'says when the page cannot be written' {
        $nowhere = Join-Path $TestDrive nowhere/report.html
        Assert-Failure { Export-SnapshotReport $prefix $nowhere } ConfigValidation InvalidArgument $nowhere
    }
}
