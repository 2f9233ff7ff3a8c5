BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $prefix = New-Snapshot read 2
    $text = Join-Path $TestDrive text
    'a', 'b', '42', 'ä' | ForEach-Object { [pscustomobject]@{ id = $_; v = "v-$_" } } | Write-ShardedSnapshot $text -KeyProperty id -ValueProperty v -ShardCount 4 | Out-Null
}

Describe 'Keys' {
    It 'come from the pipeline, and answers keep their order' {
        $keys = 1..500 | Get-Random -Count 500 -SetSeed 7
        $answers = $keys | Get-ShardValue -Prefix $prefix
        $answers.Key | Should -Be $keys
        ($answers | Where-Object Found).Count | Should -Be 200
        $answers | Where-Object Found | ForEach-Object { $_.Value.name | Should -BeExactly "n$($_.Key)" }
    }

    It 'come as arguments' { (Get-ShardValue 1, 2, 999 $prefix).Found | Should -Be $true, $true, $false }

    It 'are converted to the type of the snapshot: <_>' -ForEach 42, '42', 42L, 42d, ([bigint]42), ([byte]42) {
        (Get-ShardValue $_ $prefix).Value.name | Should -Be n42
    }

    It 'may be text' { ('a', 'ä', 'zz' | Get-ShardValue -Prefix $text).Value | Should -Be 'v-a', 'v-ä', $null }

    It 'may be numbers in a text snapshot' { (Get-ShardValue 42 $text).Value | Should -Be 'v-42' }

    It 'come from objects with a property Key' {
        ([pscustomobject]@{ Key = 5; other = 1 }, @{ Key = 6 } | Get-ShardValue -Prefix $prefix).Value.name | Should -Be n5, n6
        (Get-ShardValue 7 $prefix | Get-ShardValue -Prefix $prefix).Value.name | Should -Be n7
    }

    It 'that cannot be keys are errors that do not end the pipeline' {
        $failed = $null
        $answers = 1, 'x', -1, $null, '', 2 | Get-ShardValue -Prefix $prefix -ErrorVariable failed -ErrorAction SilentlyContinue
        $answers.Key | Should -Be 1, 2
        $failed | Should -HaveCount 4
        $failed | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'ShardAssignment,*'; $_.CategoryInfo.Category | Should -Be InvalidData }
        $failed[0].TargetObject, $failed[1].TargetObject | Should -Be 'x', -1
    }

    It 'end the pipeline with -ErrorAction Stop' { Assert-Failure { 1, 'x', 2 | Get-ShardValue -Prefix $prefix } ShardAssignment InvalidData x }

    It 'that are absent are errors with -Strict' {
        $failed = $null
        $answers = 1, 999, 2 | Get-ShardValue -Prefix $prefix -Strict -ErrorVariable failed -ErrorAction SilentlyContinue
        $answers.Key | Should -Be 1, 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'KeyNotFound,*'
        $failed[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failed[0].TargetObject | Should -Be 999
    }

    It 'are answered at once when they come slowly' {
        $seen = [System.Collections.Generic.List[string]]::new()
        1..4 | ForEach-Object { [System.Threading.Thread]::Sleep(60); $seen.Add("in $_"); $_ } | Get-ShardValue -Prefix $prefix | ForEach-Object { $seen.Add("out $($_.Key)") }
        $seen | Should -Be 'in 1', 'out 1', 'in 2', 'out 2', 'in 3', 'out 3', 'in 4', 'out 4'
    }
}

Describe 'The answer' {
    It 'says where it comes from' {
        $answer = Get-ShardValue 1 $prefix
        $answer.RunId | Should -Be run-2
        $answer.ShardId | Should -BeIn (0..3)
        "$($answer.Source)" | Should -Be Disk
    }

    It 'has the form that is asked for' {
        (Get-ShardValue 1 $prefix -As Text).Value | Should -BeExactly '{"name":"n1","tag":"s2"}'
        , (Get-ShardValue 1 $prefix -As Bytes).Value | Should -BeOfType [byte[]]
        (Get-ShardValue 1 $prefix -As Json).Value.name | Should -Be n1
        [System.Text.Encoding]::UTF8.GetString((Get-ShardValue a $text -As Bytes).Value) | Should -Be 'v-a'
    }

    It 'is an error when the value has no such form' { Assert-Failure { Get-ShardValue a $text -As Json } ValueNotReadable InvalidData a }
}

Describe 'An older snapshot' {
    It 'is read by offset, run id and ref' {
        (Get-ShardValue 1 $prefix -Offset 1).RunId | Should -Be run-1
        (Get-ShardValue 1 $prefix -RunId run-1).Value.tag | Should -Be s1
        $ref = (Get-ManifestHistory $prefix)[1].ManifestRef
        (Get-ShardValue 150 $prefix -Ref $ref).Found | Should -BeFalse
    }

    It 'comes from the pipeline' {
        (Get-ManifestHistory $prefix | Get-ShardValue 150).Found | Should -Be $true, $false
        (Get-ManifestHistory $prefix | Get-ShardValue 1).RunId | Should -Be run-2, run-1
    }

    It 'that is not there is an error' {
        Assert-Failure { Get-ShardValue 1 $prefix -RunId nobody } SnapshotNotFound ObjectNotFound
        Assert-Failure { Get-ShardValue 1 $prefix -Offset 9 } SnapshotNotFound ObjectNotFound
    }
}

Describe 'A prefix' {
    It 'comes from the environment' {
        $env:SHARDYFUSION_PREFIX = $prefix
        try { (Get-ShardValue 1).Found | Should -BeTrue } finally { $env:SHARDYFUSION_PREFIX = $null }
    }

    It 'is relative to the location of the session' {
        Push-Location $TestDrive
        try { (Get-ShardValue 1 ./read).Found, (Get-ShardValue 1 read).Found | Should -Be $true, $true } finally { Pop-Location }
    }

    It 'may be a file URI' { (Get-ShardValue 1 "file://$prefix").Found | Should -BeTrue }

    It 'without a snapshot is an error' {
        $empty = (New-Item -ItemType Directory (Join-Path $TestDrive no-snapshot)).FullName
        Assert-Failure { Get-ShardValue 1 $empty } NoSnapshot ObjectNotFound
        Assert-Failure { Get-ShardValue 1 (Join-Path $TestDrive no-folder) } StorageNotFound ObjectNotFound
    }
}

Describe 'Damage' {
    It 'of a shard (<Name>) is an error for its keys only' -ForEach @(
        @{ Name = 'truncated'; Damage = { param($f) $b = [IO.File]::ReadAllBytes($f); [IO.File]::WriteAllBytes($f, $b[0..($b.Length / 2)]) } }
        @{ Name = 'bit-flipped'; Damage = { param($f) $b = [IO.File]::ReadAllBytes($f); for ($i = 0; $i -lt $b.Length; $i += 16) { $b[$i] = $b[$i] -bxor 1 }; [IO.File]::WriteAllBytes($f, $b) } }
        @{ Name = 'empty'; Damage = { param($f) [IO.File]::WriteAllBytes($f, [byte[]]::new(0)) } }
        @{ Name = 'foreign'; Damage = { param($f) [IO.File]::WriteAllText($f, 'SQLite format 3 ' * 400) } }
        @{ Name = 'missing'; Damage = { param($f) Remove-Item $f }; Id = 'SnapshotIncomplete' }
    ) {
        $snap = New-Snapshot "damage-$Name"
        $victim = Get-ShardValue 1 $snap
        & $Damage (Get-ChildItem (Join-Path $snap shards) -Recurse -Filter shard.sst | Where-Object FullName -like ('*00{0}*attempt*' -f $victim.ShardId)).FullName
        $failed = $null
        $answers = 1..100 | Get-ShardValue -Prefix $snap -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count | Should -BeGreaterThan 0
        $answers.Count + $failed.Count | Should -Be 100
        $answers.ShardId | Should -Not -Contain $victim.ShardId
        $failed[0].FullyQualifiedErrorId | Should -BeLike ('{0},*' -f ($Id ?? 'ShardCorrupt'))
    }

    It 'of the only manifest (<Name>) is an error' -ForEach @(
        @{ Name = 'no YAML'; Text = '{ no: manifest' }, @{ Name = 'the SQLite form'; Text = "SQLite format 3`0$('x' * 200)" }
    ) {
        $snap = New-Snapshot "only-$($Name.Length)"
        Get-ChildItem (Join-Path $snap manifests) -Recurse -File | Set-Content -Value $Text -NoNewline
        Assert-Failure { Get-ShardValue 1 $snap } ManifestParse ParserError
        "$((Test-ReaderHealth $snap).Status)" | Should -Be Unhealthy
        if ($Name -like '*SQLite*') { (Get-Failure { Get-ShardValue 1 $snap }).Exception.Message | Should -BeLike '*SQLite*' }
    }

    It 'of the current manifest falls back and warns' {
        $snap = New-Snapshot malformed 2
        Get-ChildItem (Join-Path $snap manifests) -Recurse -File | Where-Object FullName -like '*run-2*' | Set-Content -Value '{ no: manifest'
        $warned = $null
        (Get-ShardValue 1 $snap -WarningVariable warned -WarningAction SilentlyContinue).RunId | Should -Be run-1
        $warned | Should -HaveCount 1
        $health = Test-ReaderHealth $snap
        "$($health.Status)", $health.OnFallback | Should -Be Degraded, $true
        (Get-ManifestHistory $snap)[0].Problem | Should -Not -BeNullOrEmpty
    }
}
