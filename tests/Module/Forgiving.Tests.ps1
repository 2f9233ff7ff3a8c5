BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $prefix = New-Snapshot forgiving 2
    $rows = @([pscustomobject]@{ id = 7; note = 'x' }, [pscustomobject]@{ id = 8; note = 'y' })
}

Describe 'Keys' {
    It 'and the prefix are understood in either order: <_>' -ForEach 'Get-ShardValue', 'Resolve-ShardKey', 'Get-ShardValueHistory' {
        (& $_ $prefix 42)[0].Key | Should -Be 42
        (& $_ 42 $prefix)[0].Key | Should -Be 42
        Push-Location $TestDrive
        try { (& $_ ./forgiving 9)[0].Key | Should -Be 9 } finally { Pop-Location }
    }

    It 'that are rows are one error, which says what to do: <_>' -ForEach 'Get-ShardValue', 'Resolve-ShardKey' {
        $failure = Get-Failure { $rows | & $_ -Prefix $prefix }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InputInvalid,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-Key { $_.id }*'
    }

    It 'of rows are what a script block says: <_>' -ForEach 'Get-ShardValue', 'Resolve-ShardKey' {
        ($rows | & $_ -Key { $_.id } -Prefix $prefix).Key | Should -Be 7, 8
    }

    It 'come in lists and by the pipeline to Get-ShardValueHistory, one bad key does not end it' {
        (Get-ShardValueHistory 3, 150 $prefix).Key | Should -Be 3, 3, 150, 150
        (3, 150 | Get-ShardValueHistory -Prefix $prefix -First 1).Key | Should -Be 3, 150
        (Get-ShardValue 3 $prefix | Get-ShardValueHistory -Prefix $prefix -First 1).Key | Should -Be 3
        $found = 3, 'no number', 4 | Get-ShardValueHistory -Prefix $prefix -First 1
        $found.Key | Should -Be 3, 'no number', 4
        $found[1].Problem | Should -Not -BeNullOrEmpty
    }
}

Describe 'Rows' {
    It 'piped beside -Path are one error, and nothing is published' {
        $file = Join-Path $TestDrive beside.csv
        $rows | Export-Csv $file
        $target = Join-Path $TestDrive beside
        $failures = @()
        try { $rows | Write-ShardedSnapshot $target -Path $file -KeyProperty id -ShardCount 1 -ErrorVariable failures -ErrorAction SilentlyContinue } catch { $caught = $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
        Test-Path $target | Should -BeFalse
    }

    It 'of a <Kind> file are read by names in any case' -ForEach @(
        @{ Kind = 'CSV'; Name = 'any.csv'; Text = "Id,Note`n1,a`n2,b`n" }
        @{ Kind = 'JSON Lines'; Name = 'any.jsonl'; Text = "{`"Id`":1,`"Note`":`"a`"}`n{`"Id`":2,`"Note`":`"b`"}`n" }
    ) {
        $file = Join-Path $TestDrive $Name
        Set-Content $file $Text -NoNewline
        $target = Join-Path $TestDrive "any-$Name"
        (Write-ShardedSnapshot $target -Path $file -KeyProperty ID -ValueProperty nOTE -ShardCount 1 -KeyEncoding U64BE).RowCount | Should -Be 2
        (Get-ShardValue 2 $target).Value | Should -Be b
    }
}

Describe 'Tags' {
    It 'are found and removed by the same wildcards' {
        'w1', 'w2', 'other' | ForEach-Object { New-SnapshotTag $prefix $_ | Out-Null }
        Remove-SnapshotTag $prefix 'w*' -WhatIf
        (Get-SnapshotTag $prefix 'w*').Name | Should -Be w1, w2
        Remove-SnapshotTag $prefix 'w?'
        (Get-SnapshotTag $prefix).Name | Should -Be other
        Remove-SnapshotTag $prefix 'none*' -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeLike '*No tag matches*'
    }

    It 'bind their name alone where the session has a prefix' {
        Connect-ShardStore $prefix | Out-Null
        try {
            (New-SnapshotTag golden).Name | Should -Be golden
            Remove-SnapshotTag golden
            Get-SnapshotTag | ForEach-Object Name | Should -Not -Contain golden
            (Suspend-SnapshotPublishing 'audit' -PassThru).Reason | Should -Be audit
            Resume-SnapshotPublishing
            Assert-Failure { New-SnapshotTag ./forgiving } ConfigValidation InvalidArgument
        }
        finally { Disconnect-ShardStore }
        Assert-Failure { New-SnapshotTag golden } ConfigValidation InvalidArgument
    }
}

Describe '-TimeoutSec' {
    It 'is the same parameter everywhere' {
        $all = Get-Command -Module ShardyFusion | ForEach-Object { $_.Parameters.Values | Where-Object Name -Like 'Timeout*' }
        $all.Name | Sort-Object -Unique | Should -Be TimeoutSec
        $all | ForEach-Object { $range = $_.Attributes | Where-Object { $_ -is [System.Management.Automation.ValidateRangeAttribute] }; "$($range.MinRange)..$($range.MaxRange)" } | Sort-Object -Unique | Should -Be '0.001..604800'
        $all | ForEach-Object { ([System.Nullable]::GetUnderlyingType($_.ParameterType) ?? $_.ParameterType).Name } | Sort-Object -Unique | Should -Be Double
    }
}
