BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $cases = Join-Path $PSScriptRoot '..' 'cases' | Convert-Path

    # Builds a snapshot of a file of the cases, or of lines of text, and gives its prefix.
    function New-CaseSnapshot([string] $Path, [hashtable] $With = @{}) {
        $prefix = Join-Path $TestDrive ([guid]::NewGuid())
        Write-ShardedSnapshot $prefix -Path $Path -KeyProperty id -ShardCount 1 @With | Out-Null
        $prefix
    }
    function New-LineSnapshot([string] $Json) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl"
        Set-Content -LiteralPath $file $Json -NoNewline
        New-CaseSnapshot $file
    }
    # What is stored after a value was read as an object and written again.
    function Get-Rewritten($Value) {
        $prefix = Join-Path $TestDrive ([guid]::NewGuid())
        [pscustomobject]@{ id = 1; v = $Value } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ValueEncoding Json -ShardCount 1 | Out-Null
        (Get-ShardValue 1 $prefix -As Text).Value
    }
    function Get-RowFault($Row, [hashtable] $With = @{}) {
        $bad = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl"
        $result = $Row, [pscustomobject]@{ id = 99; v = 1; nr = 2; only = 3 } | Write-ShardedSnapshot (Join-Path $TestDrive ([guid]::NewGuid())) -KeyProperty id -ShardCount 1 -OnRowError Reject -RejectPath $bad -WarningAction SilentlyContinue @With
        $result.RowsRead, $result.RowCount, $result.RejectedRows | Should -Be 2, 1, 1
        (Get-Content $bad | ConvertFrom-Json).reason
    }
}

Describe 'JSON that properties cannot hold' {
    It 'Case 07 empty header: the value is an object that has the empty name' {
        $prefix = New-CaseSnapshot (Join-Path $cases 07-empty-header one-empty.csv)
        $value = (Get-ShardValue 2 $prefix).Value
        $value['name'], $value[''] | Should -BeExactly 'b', 'z'
    }

    It 'Case 08 names that differ in case: both are there' {
        $prefix = New-CaseSnapshot (Join-Path $cases 08-dup-header case.csv)
        $value = (Get-ShardValue 1 $prefix).Value
        $value['Name'], $value['name'], $value['NAME'] | Should -BeExactly 'a', 'b', $null
        Get-Failure { New-CaseSnapshot (Join-Path $cases 08-dup-header in.csv) } | ForEach-Object { $_.Exception.Message } | Should -BeLike "*'name' 2 times*"
    }

    It 'Case 24 numbers: each has its exact value' {
        $value = (Get-ShardValue 9007199254740993 (New-CaseSnapshot (Join-Path $cases 24-json-numbers in.jsonl))).Value
        $value.n | Should -Be ([decimal]12345678901234567890123)
        $value.f | Should -Be ([decimal]::Parse('0.12345678901234567890', [cultureinfo]::InvariantCulture))
        $value.e | Should -Be ([bigint]::Pow(10, 400))
        [double]::IsNegative($value.m) | Should -BeTrue
    }

    It 'Case 29 nested names: at every depth, in every output that gives values' {
        $prefix = New-CaseSnapshot (Join-Path $cases 29-json-nested-case in.jsonl)
        $other = New-LineSnapshot '{"id":1,"a":1,"A":2,"o":{"Key":1,"key":3},"":5}'
        foreach ($value in @(
                (Get-ShardValue 1 $prefix).Value
                (Get-ShardValueHistory 1 $prefix).Value
                (Export-ShardedSnapshot -Prefix $prefix).Value
                (Compare-ShardedSnapshot $prefix -ReferencePrefix $other -Level Rows).NewValue)) {
            $value['a'], $value['A'], $value[''] | Should -Be 1, 2, 5
            $value['o']['Key'], $value['o']['key'] | Should -Be 1, 2
        }
        (Get-ShardValue 1 $prefix).Value | ForEach-Object { Get-Rewritten $_ } | Should -BeExactly '{"":5,"A":2,"a":1,"o":{"Key":1,"key":2}}'
    }

    It 'an object only becomes a dictionary where it must: <Json>' -ForEach @(
        @{ Json = '{"id":1,"x":{"a":1},"y":[{"B":2,"b":1}]}'; Pick = { $_.y[0] }; Type = 'OrderedDictionary' }
        @{ Json = '{"id":1,"x":{"a":1},"y":[{"B":2,"b":1}]}'; Pick = { $_.x }; Type = 'PSCustomObject' }
        @{ Json = '{"id":1,"x":{"PSObject":1,"pstypenames":[2]}}'; Pick = { $_.x }; Type = 'OrderedDictionary' }
        @{ Json = '{"id":1,"x":{"Count":2,"Length":3,"ToString":1}}'; Pick = { $_.x }; Type = 'PSCustomObject' }
    ) {
        $value = (Get-ShardValue 1 (New-LineSnapshot $Json)).Value
        ($value | ForEach-Object $Pick).GetType().Name | Should -Be $Type
        Get-Rewritten $value | Should -BeExactly ($Json -replace '"id":1,')
    }

    It 'a number comes back as it was: <Json>' -ForEach @(
        '0', '-0', '1.10', '9223372036854775808', '-9223372036854775809', '79228162514264337593543950336', '123456789012345678901234567890', ('9' * 400) | ForEach-Object { @{ Json = $_; Again = $_ } }
        @{ Json = '-0.0'; Again = '-0' }; @{ Json = '1e3'; Again = '1000' }; @{ Json = '2.5E-7'; Again = '2.5E-07' }; @{ Json = '1e22'; Again = '1E+22' }; @{ Json = '0e5'; Again = '0' }
        @{ Json = '1e400'; Again = '1' + '0' * 400 }; @{ Json = '-123456789012345678901e20'; Again = '-123456789012345678901' + '0' * 20 }; @{ Json = '5e-324'; Again = '5E-324' }
    ) {
        $value = (Get-ShardValue 1 (New-LineSnapshot "{`"id`":1,`"x`":[$Json]}")).Value
        Get-Rewritten $value | Should -BeExactly "{`"x`":[$Again]}"
    }

    It 'what nothing holds is an error that names -As Text: <_>' -ForEach @('1e-400', '1e99999', '0.12345678901234567890123456789012345', '4.9e-324', '1e999999999999999999999') {
        $prefix = New-LineSnapshot "{`"id`":1,`"x`":{`"deep`":[0,$_]}}"
        $failure = Get-Failure { Get-ShardValue 1 $prefix }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ValueNotReadable,*'
        $failure.ErrorDetails.Message | Should -BeLike '*$.x.deep`[1`]*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-As Text*'
        (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly "{`"x`":{`"deep`":[0,$_]}}"
        (Get-ShardValueHistory 1 $prefix -ErrorAction SilentlyContinue -ErrorVariable errors) | Out-Null
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'ValueNotReadable,*'
    }

    It 'Case 30 null as the single value: refused, or told apart from text' {
        $rows = Join-Path $cases 30-json-null-value in.jsonl
        $prefix = New-CaseSnapshot $rows @{ ValueProperty = 'v'; ValueEncoding = 'Json'; OnRowError = 'Skip'; WarningAction = 'SilentlyContinue' }
        Get-ShardValue '1', '2', '3' $prefix -As Text | ForEach-Object Value | Should -BeExactly 'null', '""', '"null"'
    }

    It 'Case 54 dates: -Path keeps the text that ConvertFrom-Json turns into dates' {
        $rows = Join-Path $cases 54-pipeline-dates in.jsonl
        (Get-ShardValue d (New-CaseSnapshot $rows)).Value.when | Should -BeExactly '2026-11-21T10:00:00+02:00'
        (Get-Help Write-ShardedSnapshot -Full | Out-String -Width 500) -like '*-DateKind String*' | Should -BeTrue
    }

    # PowerShell 7.4 cannot keep the text; 7.5 and up can.
    It 'Case 54 dates: ConvertFrom-Json -DateKind String keeps the text (PowerShell 7.5 and up)' -Skip:($PSVersionTable.PSVersion -lt '7.5') {
        $rows = Join-Path $cases 54-pipeline-dates in.jsonl
        $prefix = Join-Path $TestDrive dates
        Get-Content $rows | ConvertFrom-Json -DateKind String | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 | Out-Null
        (Get-ShardValue d $prefix).Value.when | Should -BeExactly '2026-11-21T10:00:00+02:00'
    }
}

Describe 'Names of rows' {
    It 'Case 64 the key is found and left out in any case: <Kind>' -ForEach @(
        @{ Kind = 'hashtable'; Row = { @{ Nr = 1; v = 'x' } } }
        @{ Kind = 'case-sensitive hashtable'; Row = { $h = [hashtable]::new(); $h.Nr = 1; $h.v = 'x'; , $h } }
        @{ Kind = 'ordered'; Row = { , ([ordered]@{ v = 'x'; Nr = 1 }) } }
        @{ Kind = 'generic dictionary'; Row = { $d = [System.Collections.Generic.Dictionary[string, object]]::new(); $d['Nr'] = 1; $d['v'] = 'x'; , $d } }
        @{ Kind = 'object'; Row = { [pscustomobject]@{ Nr = 1; v = 'x' } } }
        @{ Kind = 'data row'; Row = { $t = [System.Data.DataTable]::new(); [void]$t.Columns.Add('Nr'); [void]$t.Columns.Add('v'); , $t.Rows.Add('1', 'x') } }
    ) {
        foreach ($name in 'nr', 'NR', 'Nr') {
            $prefix = Join-Path $TestDrive ([guid]::NewGuid())
            & $Row | Write-ShardedSnapshot $prefix -KeyProperty $name -KeyEncoding Utf8 -ShardCount 1 | Out-Null
            (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"v":"x"}'
        }
    }

    It 'Case 64 columns of a reader and of a file are found alike' {
        $table = [System.Data.DataTable]::new(); [void]$table.Columns.Add('Nr'); [void]$table.Columns.Add('v'); [void]$table.Rows.Add('1', 'x')
        $file = Join-Path $TestDrive nr.csv
        Set-Content $file "Nr,v`n1,x"
        foreach ($source in @{ InputObject = $table.CreateDataReader() }, @{ Path = $file }) {
            $prefix = Join-Path $TestDrive ([guid]::NewGuid())
            Write-ShardedSnapshot $prefix @source -KeyProperty NR -ShardCount 1 | Out-Null
            (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"v":"x"}'
        }
    }

    It 'Case 64 of names that differ in case the exact one is meant; none exact is an error' {
        $row = [hashtable]::new([System.StringComparer]::Ordinal)
        $row['Nr'] = 1; $row['NR'] = 2
        $prefix = Join-Path $TestDrive exact
        , $row | Write-ShardedSnapshot $prefix -KeyProperty NR -ShardCount 1 | Out-Null
        (Get-ShardValue 2 $prefix -As Text).Value | Should -BeExactly '{"Nr":1}'
        $row['id'] = 3; $row['v'] = 4
        Get-RowFault $row @{ ValueProperty = 'nr' } | Should -BeLike '*Nr*'
    }

    It 'Case 64 two names with one text are an error' {
        $row = [hashtable]::new(); $row['id'] = 1; $row[7] = 'a'; $row['7'] = 'b'
        Get-RowFault $row | Should -BeLike "*'7'*"
        $row.Remove(7); $row.Remove('7')
        $row['inner'] = [hashtable]::new(); $row['inner'][7] = 'a'; $row['inner']['7'] = 'b'
        Get-RowFault $row | Should -BeLike '*$.inner*7*'
        Get-RowFault @{ id = 1; inner = @{ ([int[]](1, 2)) = 'a' } } | Should -BeLike '*$.inner*Int32`[`]*'
    }

    It 'Case 64 a property that throws is the one that is named: <Name>' -ForEach @(
        @{ Name = 'of the row'; Row = { [pscustomobject]@{ id = 1; v = 1 } | Add-Member ScriptProperty boom { throw 'nope' } -PassThru } }
        @{ Name = 'within a value'; Row = { [pscustomobject]@{ id = 1; v = ([pscustomobject]@{ w = 1 } | Add-Member ScriptProperty boom { throw 'nope' } -PassThru) } } }
    ) {
        $fault = Get-RowFault (& $Row)
        $fault | Should -BeLike '*boom*cannot be read*nope*'
        $fault | Should -Not -BeLike "*'id'*"
        Assert-Failure { & $Row | Write-ShardedSnapshot (Join-Path $TestDrive throws) -KeyProperty id } InputInvalid InvalidData
    }
}

Describe 'Values of rows' {
    It 'Case 65 <Name> is a row error with path, type and way out' -ForEach @(
        @{ Name = 'xml'; Value = { [xml]'<a>t</a>' } }, @{ Name = 'regex'; Value = { [regex]'a.b' } }, @{ Name = 'file'; Value = { Get-Item $TestDrive } }
        @{ Name = 'secret'; Value = { ConvertTo-SecureString x -AsPlainText -Force } }, @{ Name = 'type'; Value = { [int] } }, @{ Name = 'script'; Value = { { 1 } } }
        @{ Name = 'credential'; Value = { [pscredential]::new('u', (ConvertTo-SecureString x -AsPlainText -Force)) } }, @{ Name = 'culture'; Value = { Get-Culture } }
        @{ Name = 'process'; Value = { Get-Process -Id $PID } }, @{ Name = 'stream'; Value = { [System.IO.MemoryStream]::new() } }, @{ Name = 'pointer'; Value = { [intptr]5 } }
        @{ Name = 'task'; Value = { [System.Threading.Tasks.Task]::CompletedTask } }, @{ Name = 'table'; Value = { , [System.Data.DataTable]::new() } }
        @{ Name = 'error'; Value = { try { throw 'x' } catch { $_ } } }, @{ Name = 'match'; Value = { [regex]::Match('a', 'a') } }
    ) {
        $fault = Get-RowFault ([pscustomobject]@{ id = 1; a = @{ b = 1, $null, (& $Value) } })
        $fault | Should -BeLike '*$.a.b`[2`]*'
        $fault | Should -BeLike "*$((& $Value).GetType().Name.Split('`')[0])*"
    }

    It 'Case 65 the path begins with the property that is the single value' {
        Get-RowFault ([pscustomobject]@{ id = 1; only = [regex]'a' }) @{ ValueProperty = 'only' } | Should -BeLike '*$.only *Regex*'
    }

    It 'Case 65 values with an exact form are stored in it' {
        $row = [pscustomobject]@{ id = 1; ip = [ipaddress]'10.0.0.1'; v = [version]'1.2.3'; u = [uri]'http://h/a%20b'; d = [System.DayOfWeek]::Friday; c = [char]'x'; s = [switch]$true
            n = [System.Management.Automation.Internal.AutomationNull]::Value; l = [System.Collections.Generic.HashSet[string]]::new([string[]]'a'); t = [timespan]'01:30:00' }
        $prefix = Join-Path $TestDrive exactforms
        $row | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 | Out-Null
        (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"c":"x","d":"Friday","ip":"10.0.0.1","l":["a"],"n":null,"s":true,"t":"01:30:00","u":"http://h/a%20b","v":"1.2.3"}'
    }

    It 'an object that contains itself is a row error: <Name>' -ForEach @(
        @{ Name = 'direct'; Row = { $o = [pscustomobject]@{ id = 1; me = $null }; $o.me = $o; $o }; Where = '$.me.me' }
        @{ Name = 'through lists and tables'; Row = { $h = @{ x = $null }; $h.x = @(1, @{ y = $h }); [pscustomobject]@{ id = 1; h = $h } }; Where = '$.h.x`[1`].y' }
        @{ Name = 'a list'; Row = { $l = [System.Collections.ArrayList]::new(); [void]$l.Add($l); [pscustomobject]@{ id = 1; l = $l } }; Where = '$.l`[0`]' }
        @{ Name = 'ever new objects'; Row = { $new = { [pscustomobject]@{ n = 1 } | Add-Member ScriptProperty next ([scriptblock]::Create($script:newText)) -PassThru }; $script:newText = $new.ToString(); $new = [scriptblock]::Create($script:newText); [pscustomobject]@{ id = 1 } | Add-Member ScriptProperty next $new -PassThru }; Where = '$.next' }
    ) {
        Get-RowFault (& $Row) | Should -BeLike "*$Where*"
    }

    It 'one object in two places is no cycle' {
        $shared = @{ a = 1 }
        $prefix = Join-Path $TestDrive shared
        [pscustomobject]@{ id = 1; x = $shared; y = @($shared, $shared) } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 | Out-Null
        (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"x":{"a":1},"y":[{"a":1},{"a":1}]}'
    }
}

Describe 'What is shown' {
    BeforeAll {
        # Everything that the module shows of a prefix, as objects.
        function Get-ShownObject([string] $Prefix, $Key) {
            Get-ManifestHistory $Prefix; Get-SnapshotEvent $Prefix; Get-SnapshotTag $Prefix; Get-ShardedSnapshot $Prefix; Get-SnapshotRun $Prefix; Get-SnapshotShard $Prefix
            Get-ShardValue $Key $Prefix; Get-ShardValueHistory $Key $Prefix; Test-ShardedSnapshot $Prefix; Export-ShardedSnapshot $Prefix; Resolve-ShardKey $Key $Prefix
            Test-ReaderHealth $Prefix; Compare-ShardedSnapshot $Prefix -ReferenceRunId run-1 -Level Rows; Remove-StaleSnapshot $Prefix -KeepLast 1 -WhatIf
        }
        function Format-Shown($Objects) { foreach ($o in $Objects) { ($o | Format-Table | Out-String -Width 400), ($o | Format-List | Out-String -Width 400) } }
    }

    It 'Case 63 is the same in every culture, with Gregorian times' {
        $prefix = New-Snapshot cultures 2
        New-SnapshotTag -Name gold -Prefix $prefix -ExpiresIn '1.00:00:00' | Out-Null
        Set-CurrentManifest $prefix -RunId run-1 -Confirm:$false
        $objects = Get-ShownObject $prefix 7 | Group-Object { $_.GetType().Name } | ForEach-Object { $_.Group[0] }
        # One culture for each calendar, sign, and way of grouping digits.
        $cultures = [cultureinfo]::GetCultures('SpecificCultures') | Group-Object { $_.Calendar.GetType().Name, $_.NumberFormat.NegativeSign, $_.NumberFormat.NumberGroupSeparator, $_.NumberFormat.NumberDecimalSeparator -join '|' } | ForEach-Object { $_.Group[0] }
        $cultures = @($cultures) + ('th-TH', 'ar-SA', 'fa-IR', 'he-IL', 'ja-JP', 'de-DE', 'tr-TR' | ForEach-Object { [cultureinfo]::GetCultureInfo($_) })
        $before = [cultureinfo]::CurrentCulture
        $compared = 0
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $expected = Format-Shown $objects
            $message = (Get-Failure { Get-ShardValue -3 $prefix -Strict }).ErrorDetails.Message
            foreach ($culture in $cultures) {
                [cultureinfo]::CurrentCulture = $culture
                $shown = Format-Shown $objects
                for ($i = 0; $i -lt $expected.Count; $i++) { if ($shown[$i] -cne $expected[$i]) { $shown[$i] | Should -BeExactly $expected[$i] -Because $culture.Name }; $compared++ }
                (Get-Failure { Get-ShardValue -3 $prefix -Strict }).ErrorDetails.Message | Should -BeExactly $message
                (Get-ManifestHistory $prefix -At ([datetime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture))).RunId | Should -Be 'run-1' -Because $culture.Name
                @(Get-ManifestHistory $prefix -Before '2001-02-03') | Should -HaveCount 0 -Because $culture.Name
            }
        }
        finally { [cultureinfo]::CurrentCulture = $before }
        ($expected -join '') | Should -Match "$([datetime]::UtcNow.Year)-\d\d-\d\d \d\d:\d\d:\d\d"
        Write-Host "counts: $compared views in $($cultures.Count) cultures"
    }

    It 'Case 60 shows what would steer the terminal: views, errors, warnings, verbose and debug text' {
        $hostile = "`e[31m`e]0;t`a$([char]0x9b)2J$([char]0x7f)`r`n$([char]0x202e)$([char]0x2066)"
        $steers = '[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]'
        $prefix = Join-Path $TestDrive hostile
        foreach ($i in 1, 2) { [pscustomobject]@{ id = "k$hostile"; v = "v$hostile$i"; "n$hostile" = $hostile } | Write-ShardedSnapshot $prefix -KeyProperty id -RunId "run-$i" -Message "why $hostile" -ShardCount 1 | Out-Null }
        New-SnapshotTag -Name gold -Prefix $prefix -Note $hostile | Out-Null
        Block-ShardedSnapshot $prefix -RunId run-1 -Reason $hostile | Out-Null
        $rendering = $PSStyle.OutputRendering; $PSStyle.OutputRendering = 'PlainText'
        $shown = Format-Shown (Get-ShownObject $prefix "k$hostile")
        @(@($shown) -cmatch $steers.Replace('\x0b-\x1f', '\x0b\x0c\x0e-\x1f')) | Should -HaveCount 0
        ($shown -join '') | Should -BeLike '*v\x1b`[31m*'
        ($shown -join '') | Should -BeLike '*why \x1b`[31m*'
        $texts = @(foreach ($block in @(
            { Get-ShardValue "absent$hostile" $prefix -Strict }
            { Get-ShardValue 1 "$prefix$hostile" }
            { Set-CurrentManifest $prefix -RunId "run$hostile" -Confirm:$false }
            { Set-CurrentManifest $prefix -RunId run-1 -Confirm:$false -Verbose -Debug }
            { Remove-SnapshotTag -Name "no$hostile" -Prefix $prefix -Confirm:$false }
            { , @{ id = 1 } | Write-ShardedSnapshot $prefix -KeyProperty "nope$hostile" }
            { [pscustomobject]@{ "k$hostile" = 1 }, [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot (Join-Path $TestDrive other) -KeyProperty id -OnRowError Skip -ShardCount 1 }
            { [pscustomobject]@{ id = 1; "k$hostile" = [regex]'x' } | Write-ShardedSnapshot (Join-Path $TestDrive other) -KeyProperty id }
            { Write-ShardedSnapshot $prefix -LiteralPath (Join-Path $cases 60-terminal-escapes header.csv) -KeyProperty nope }
        )) { try { & $block 2>&1 3>&1 4>&1 5>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -or $_ -is [System.Management.Automation.InformationalRecord] } } catch { $_ } })
        foreach ($text in $texts) {
            $all = if ($text -is [System.Management.Automation.ErrorRecord]) { ($text | Out-String -Width 5000).Replace("`r`n", "`n"), $text.Exception.Message, $text.ErrorDetails.Message, $text.ErrorDetails.RecommendedAction } else { "$text" }
            @(@($all) -cmatch $steers) | Should -HaveCount 0 -Because ($all -join '|')
        }
        $texts.Count | Should -BeGreaterThan 7
        $whatIf = Invoke-FreshPwsh "`$PSStyle.OutputRendering = 'PlainText'; Import-Module `$ModulePath; Set-CurrentManifest '$prefix' -RunId run-1 -IgnoreBlock -Reason r -WhatIf; @{ id = 1 } | Write-ShardedSnapshot '$prefix' -KeyProperty id -Message `"``e[31m`" -WhatIf"
        ($whatIf -join '|') | Should -BeLike '*What if*blocked: \x1b`[31m*'
        @(@($whatIf) -cmatch $steers.Replace('\x0b-\x1f', '\x0b\x0c\x0e-\x1f')) | Should -HaveCount 0 -Because ($whatIf -join '|')
        $PSStyle.OutputRendering = $rendering
        Write-Host "counts: $($shown.Count) views, $($texts.Count) texts"
    }

    It 'Case 60 files and objects keep the characters' {
        $prefix = New-CaseSnapshot (Join-Path $cases 60-terminal-escapes in.csv)
        $value = @(Export-ShardedSnapshot $prefix)[0].Value
        "$($value | ConvertTo-Json)" | Should -BeLike '*\u001b*'
    }

    It 'guards formulas in CSV files' {
        $prefix = Join-Path $TestDrive formulas
        [pscustomobject]@{ id = '=1+1'; v = '@x' } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 1 | Out-Null
        Export-ShardedSnapshot $prefix (Join-Path $TestDrive guarded.csv) -GuardFormulas | Out-Null
        Get-Content (Join-Path $TestDrive guarded.csv) | Select-Object -Last 1 | Should -BeExactly "'=1+1,'@x"
        Assert-Failure { Export-ShardedSnapshot $prefix -GuardFormulas } ConfigValidation InvalidArgument
        Assert-Failure { Export-ShardedSnapshot $prefix (Join-Path $TestDrive guarded.jsonl) -GuardFormulas } ConfigValidation InvalidArgument
    }
}

Describe 'Secrets' {
    It 'are in no output, error, verbose or debug text, progress or stored file of any cmdlet' {
        $canary = 'C4n4ry'
        $text = "deploy password=$canary https://u:$canary@host/x?X-Amz-Signature=$canary AccountKey=$canary Bearer ${canary}abcdef"
        $root = New-Item -ItemType Directory (Join-Path $TestDrive secrets)
        $prefix = Join-Path $root snap
        $credential = [pscredential]::new('EXAMPLEID', (ConvertTo-SecureString "${canary}secret" -AsPlainText -Force))
        $blocks = @(
            { 1, 2 | ForEach-Object { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 -RunId "run-$_" -Message $text -CustomField @{ password = $canary; note = $text; author = $text } } }
            { Get-ManifestHistory $prefix }, { Get-ShardedSnapshot $prefix }, { Get-SnapshotShard $prefix }, { Get-ShardValue 1 $prefix }, { Get-ShardValueHistory 1 $prefix }, { Resolve-ShardKey 1 $prefix }
            { New-SnapshotTag -Name gold -Prefix $prefix -Note $text }, { Get-SnapshotTag $prefix }, { Remove-SnapshotTag -Name gold -Prefix $prefix -Confirm:$false }
            { Block-ShardedSnapshot $prefix -RunId run-1 -Reason $text }, { Set-CurrentManifest $prefix -RunId run-1 -Confirm:$false }, { Set-CurrentManifest $prefix -RunId run-1 -Force -Reason $text -Confirm:$false }
            { Undo-CurrentManifest $prefix -Confirm:$false }, { Unblock-ShardedSnapshot $prefix -RunId run-1 }, { Get-SnapshotEvent $prefix }
            { Suspend-SnapshotPublishing $prefix -Reason $text }, { Set-CurrentManifest $prefix -RunId run-2 -Confirm:$false }, { Resume-SnapshotPublishing $prefix }
            { Remove-StaleSnapshot $prefix -KeepLast 1 -Confirm:$false -Force }, { Test-ShardedSnapshot $prefix }, { Test-ReaderHealth $prefix }, { Get-SnapshotRun $prefix }, { Stop-SnapshotRun run-1 $prefix -Reason $text -Confirm:$false }
            { Export-ShardedSnapshot $prefix }, { Export-SnapshotReport (Join-Path $root r.html) $prefix }, { Export-ShardMetric (Join-Path $root m.prom) }, { Copy-ShardedSnapshot $prefix -Destination (Join-Path $root copy) }
            { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty "password=$canary" }, { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -RunId "eyJ${canary}aaaa.eyJbbbbbb.c" }
            { Get-ShardValue 1 "s3://EXAMPLEID:$canary@bucket/p" }, { Get-ShardValue 1 "https://host/p?sig=$canary" }, { Get-ManifestHistory (Join-Path $root "password=$canary") }
            { Connect-ShardStore -EndpointUrl "http://u:$canary@127.0.0.1:1" }, { Connect-ShardStore -EndpointUrl "http://127.0.0.1:1/?key=$canary" }
            { Connect-ShardStore -EndpointUrl http://127.0.0.1:1 -Credential $credential; Get-ManifestHistory s3://bucket/p -TimeoutSec 2 }, { Disconnect-ShardStore }
            { Start-ShardTelemetry "http://u:$canary@127.0.0.1:1/?key=$canary" }, { Stop-ShardTelemetry }
        )
        $outputs = 0
        foreach ($block in $blocks) {
            $VerbosePreference = $DebugPreference = 'Continue'
            $all = try { & $block *>&1 } catch { $_ }
            $VerbosePreference = $DebugPreference = 'SilentlyContinue'
            $shown = foreach ($one in $all) {
                ($one | Out-String -Width 4000), ($one | Format-List * -Force | Out-String -Width 4000)
                if ($one -is [System.Management.Automation.ErrorRecord]) { "$($one.TargetObject) $($one.CategoryInfo) $($one.Exception.Message) $($one.ErrorDetails.Message)" }
            }
            # The line of the script is the user's own.
            $told = ($shown -join "`n") -replace [regex]::Escape($block.ToString().Trim()), '' -split "`n" | Where-Object { $_ -like "*$canary*" -and $_ -notmatch '^\s*(\||Line|\d+ \||InvocationInfo|Statement|PositionMessage|ScriptStackTrace|\+)' }
            $told | Should -BeNullOrEmpty -Because $block.ToString()
            $outputs += @($shown).Count
        }
        $files = Get-ChildItem $root -Recurse -File -Force
        $files | Where-Object { [System.IO.File]::ReadAllText($_.FullName).Contains($canary) } | Should -BeNullOrEmpty
        Write-Host "counts: $($blocks.Count) commands, $outputs outputs, $($files.Count) files, 0 secrets"
    }
}
