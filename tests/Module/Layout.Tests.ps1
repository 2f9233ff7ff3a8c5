BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $cases = Join-Path $PSScriptRoot '..' 'cases' | Convert-Path
    function New-Prefix { Join-Path $TestDrive ([guid]::NewGuid()) }
}

Describe 'Files as they come' {
    It 'reads what the parameters describe' {
        $file = Join-Path $TestDrive 'odd.txt'
        Set-Content -LiteralPath $file "made by hand`n%c`n1;'a;b';-;`n2;c;x;`n%`n"
        $prefix = New-Prefix
        $result = Write-ShardedSnapshot $prefix -Path $file -Format Csv -Delimiter ';' -Quote "'" -Header id, v, w -SkipLine 1 -Comment '%' -NullMarker '-' -AllowTrailingDelimiter -KeyProperty id -ShardCount 1
        $result.RowCount | Should -Be 2
        (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"v":"a;b","w":null}'
    }

    It 'refuses a layout that contradicts itself before anything is written' {
        $prefix = New-Prefix
        { Write-ShardedSnapshot $prefix -Path (Join-Path $cases 11-no-header in.tsv) -KeyProperty id -HeaderInComment } | Should -Throw '*header in a comment*'
        $prefix | Should -Not -Exist
    }

    It 'warns about rows inside a quoted field' {
        Write-ShardedSnapshot (New-Prefix) -Path (Join-Path $cases 62-missing-close-quote in2.csv) -KeyProperty id -ShardCount 1 -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        "$warnings" | Should -BeLike '*row 2, which begins in line 3*'
    }

    It 'reads back what an export wrote, by the parameters it names' {
        $prefix, $again = (New-Prefix), (New-Prefix)
        [pscustomobject]@{ id = 'a'; v = @{ n = 1.5; s = "x,`"y`"" } } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 1 | Out-Null
        $file = Join-Path $TestDrive 'rows.csv'
        $readBack = (Export-ShardedSnapshot -Prefix $prefix -Path $file).ReadBack
        Invoke-Expression "Write-ShardedSnapshot '$again' -Path '$file' -ShardCount 1 $readBack" | Out-Null
        (Get-ShardValue a $again -As Text).Value | Should -BeExactly (Get-ShardValue a $prefix -As Text).Value
    }
}

Describe 'Keys that are no text' {
    It '<_.GetType().Name> is found by itself and by its text' -ForEach @(
        [guid]'6f9619ff-8b86-d011-b42d-00c04fc964ff'
        [ipaddress]'10.1.0.255'
        [System.DayOfWeek]::Friday
        [datetime]::new(2026, 3, 4, 5, 6, 7, [System.DateTimeKind]::Utc)
        [System.DateTimeOffset]::new(2026, 3, 4, 5, 6, 7, [timespan]::Zero)
        [timespan]::FromHours(26)
        [version]'1.2.3'
    ) {
        $prefix = New-Prefix
        [pscustomobject]@{ id = $_; v = 'x' } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 1 | Out-Null
        (Get-ShardValue $_ $prefix -Strict -ErrorAction Stop).Value | Should -BeExactly 'x'
        ($_ | Get-ShardValue -Prefix $prefix -Strict -ErrorAction Stop).Value | Should -BeExactly 'x'
        (Export-ShardedSnapshot -Prefix $prefix).Key | Get-ShardValue -Prefix $prefix -Strict -ErrorAction Stop | Should -Not -BeNullOrEmpty
        $message = { [pscustomobject]@{ id = $_; v = 'x' } | Write-ShardedSnapshot (New-Prefix) -KeyProperty id -KeyEncoding U64BE -ShardCount 1 } | Should -Throw -PassThru
        $message.Exception.Message | Should -BeLike '*utf8*'
    }
}
