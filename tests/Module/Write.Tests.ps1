BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    function Write-To([string] $Name, [hashtable] $With = @{}) {
        $input | Write-ShardedSnapshot (Join-Path $TestDrive $Name) -KeyProperty id -ShardCount 4 @With
    }
    function Read-From([string] $Name, $Key) { (Get-ShardValue $Key (Join-Path $TestDrive $Name)).Value }
}

Describe 'Rows' {
    It 'come from custom objects; all but the key make the value' {
        New-Row (1..50) | Write-To objects | ForEach-Object RowCount | Should -Be 50
        $value = Read-From objects 7
        $value.name, $value.tag | Should -Be 'n7', 'a'
        $value.PSObject.Properties.Name | Should -Not -Contain 'id'
    }

    It 'come from hashtables, entry names in any case' {
        @{ ID = 1; V = 'x' }, @{ id = 2; v = 'y' } | Write-To tables @{ ValueProperty = 'v' } | Out-Null
        Read-From tables 2 | Should -Be 'y'
        Read-From tables 1 | Should -Be 'x'
    }

    It 'come from data rows, data tables and data readers' {
        $table = [System.Data.DataTable]::new()
        [void]$table.Columns.Add('id', [int]); [void]$table.Columns.Add('v', [string]); [void]$table.Columns.Add('w', [string])
        1..10 | ForEach-Object { [void]$table.Rows.Add($_, "v$_", [DBNull]::Value) }
        $prefix = Join-Path $TestDrive data
        $table.Rows | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 | ForEach-Object RowCount | Should -Be 10
        (Get-ShardValue 3 $prefix).Value.v | Should -Be 'v3'
        Write-ShardedSnapshot $prefix -InputObject $table -KeyProperty id -ValueProperty v -ShardCount 2 | ForEach-Object RowCount | Should -Be 10
        (Get-ShardValue 4 $prefix).Value | Should -Be 'v4'
        Write-ShardedSnapshot $prefix -InputObject $table.CreateDataReader() -KeyProperty id -ValueProperty v, w -ShardCount 2 | ForEach-Object RowCount | Should -Be 10
        (Get-ShardValue 5 $prefix).Value.v | Should -Be 'v5'
        , $table.CreateDataReader() | ForEach-Object { $_ } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v -ShardCount 2 | ForEach-Object RowCount | Should -Be 10
    }

    It 'come from Parquet files and from folders of them' {
        $files = Join-Path $PSScriptRoot '..' 'parquet'
        $prefix = Join-Path $TestDrive parquet
        Write-ShardedSnapshot $prefix -Path (Join-Path $files people.snappy.parquet) -KeyProperty id -ShardCount 2 | ForEach-Object RowCount | Should -Be 120
        Write-ShardedSnapshot $prefix -Path (Join-Path $files spark40-two-levels) -Format Parquet -KeyProperty id -ValueProperty year, month -ShardCount 2 |
            ForEach-Object RowCount | Should -Be 60
        { Write-ShardedSnapshot $prefix -Path (Join-Path $files bad-flip-crc.parquet) -KeyProperty id -ShardCount 2 -ErrorAction Stop } |
            Should -Throw -ErrorId 'InputInvalid*'
    }

    It 'come from a list given as an argument' {
        Write-ShardedSnapshot (Join-Path $TestDrive list) -InputObject (New-Row (1..20)) -KeyProperty id -ShardCount 2 | ForEach-Object RowCount | Should -Be 20
    }

    It 'come from any .NET object' {
        [System.Globalization.CultureInfo]::GetCultureInfo('de-DE') | Write-ShardedSnapshot (Join-Path $TestDrive net) -KeyProperty Name -ValueProperty EnglishName, LCID -ShardCount 1 | Out-Null
        (Read-From net 'de-DE').LCID | Should -Be 1031
    }

    It 'come from <Name>' -ForEach @(
        @{ Name = 'rows.csv'; Text = "id,v`n1,x`n2,y`n" }, @{ Name = 'rows.tsv'; Text = "id`tv`n1`tx`n2`ty`n" }, @{ Name = 'rows.jsonl'; Text = "{`"id`":1,`"v`":`"x`"}`n{`"id`":2,`"v`":`"y`"}`n" }
    ) {
        $path = Join-Path $TestDrive $Name
        Set-Content $path $Text -NoNewline
        Write-ShardedSnapshot (Join-Path $TestDrive "f-$Name") -Path $path -KeyProperty id -KeyEncoding U64BE -ValueProperty v -ShardCount 2 | ForEach-Object RowCount | Should -Be 2
        Read-From "f-$Name" 2 | Should -Be 'y'
        $bytes = [System.IO.File]::ReadAllBytes($path)
        $packed = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create("$path.gz"), [System.IO.Compression.CompressionLevel]::Fastest)
        $packed.Write($bytes, 0, $bytes.Length); $packed.Dispose()
        Write-ShardedSnapshot (Join-Path $TestDrive "g-$Name") -LiteralPath "$path.gz" -KeyProperty id -KeyEncoding U64BE -ValueProperty v -ShardCount 2 | ForEach-Object RowCount | Should -Be 2
    }

    It 'come from several files that a wildcard names, relative to the location' {
        1..3 | ForEach-Object { Set-Content (Join-Path $TestDrive "part$_.csv") "id,v`n$_,p$_`n" }
        Push-Location $TestDrive
        try { Write-ShardedSnapshot ./wild -Path part*.csv -KeyProperty id -ValueProperty v -ShardCount 1 | ForEach-Object RowCount | Should -Be 3 }
        finally { Pop-Location }
        Read-From wild 2 | Should -Be 'p2'
    }

    It 'go where a drive of the session points' {
        New-PSDrive shards FileSystem (New-Item -ItemType Directory (Join-Path $TestDrive drive)) | Out-Null
        New-Row 1 | Write-ShardedSnapshot shards:/snap -KeyProperty id -ShardCount 1 | Out-Null
        Join-Path $TestDrive drive snap _CURRENT | Should -Exist
        Remove-PSDrive shards
    }

    It 'cannot say where they are written' {
        $prefix = Join-Path $TestDrive own
        [pscustomobject]@{ id = 1; Uri = (Join-Path $TestDrive elsewhere); Prefix = (Join-Path $TestDrive elsewhere); v = 1 } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 | Out-Null
        Join-Path $TestDrive elsewhere | Should -Not -Exist
    }
}

Describe 'Values' {
    It 'return what was written: <Name>' -ForEach @(
        @{ Name = 'text'; Value = 'grüße'; Type = 'String' }, @{ Name = 'number'; Value = 42L; Type = 'Int64' }, @{ Name = 'fraction'; Value = 1.5d; Type = 'Decimal' }
        @{ Name = 'flag'; Value = $true; Type = 'Boolean' }
    ) {
        [pscustomobject]@{ id = 1; v = $Value } | Write-To "value-$Name" @{ ValueProperty = 'v' } | Out-Null
        $read = Read-From "value-$Name" 1
        $read | Should -Be $Value
        $read.GetType().Name | Should -Be $Type
    }

    It 'return bytes as bytes' {
        [pscustomobject]@{ id = 1; v = [byte[]](0, 255, 1) } | Write-To value-bytes @{ ValueProperty = 'v' } | Out-Null
        $read = Get-ShardValue 1 (Join-Path $TestDrive value-bytes)
        , $read.Value | Should -BeOfType [byte[]]
        $read.Value | Should -Be 0, 255, 1
    }

    It 'return nested objects' {
        [pscustomobject]@{ id = 1; v = [pscustomobject]@{ list = 1, 2, @{ deep = 'x' } } } | Write-To value-nested | Out-Null
        (Read-From value-nested 1).v.list[2].deep | Should -Be 'x'
    }
}

Describe 'Options' {
    It 'takes sizes with a unit' {
        New-Row (1..100) | Write-ShardedSnapshot (Join-Path $TestDrive sizes) -KeyProperty id -TargetShardSize '64M' -MemoryBudget 32MiB | ForEach-Object ShardCount | Should -Be 1
    }

    It 'derives the number of shards from the rows' {
        New-Row (1..100) | Write-ShardedSnapshot (Join-Path $TestDrive derived) -KeyProperty id -MaxKeysPerShard 30 | ForEach-Object ShardCount | Should -Be 4
    }

    It 'keeps message and fields' {
        New-Row 1 | Write-To fields @{ Message = 'why'; CustomField = @{ ticket = 'T-1'; parts = 1, 2 } } | ForEach-Object ManifestRef | Should -BeLike 'file://*'
        (Get-ManifestHistory (Join-Path $TestDrive fields)).Message | Should -Be 'why'
        Get-ChildItem (Join-Path $TestDrive fields manifests) -Recurse -File | Get-Content -Raw | Should -BeLike '*ticket: T-1*'
    }

    It 'leaves the pointer with -NoPublish, and Set-CurrentManifest publishes later' {
        $prefix = New-Snapshot staged
        $staged = New-Row (1..5) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 1 -RunId later -NoPublish
        $staged.Published | Should -BeFalse
        Get-CurrentRun $prefix | Should -Be 'run-1'
        $staged | Set-CurrentManifest -Confirm:$false
        Get-CurrentRun $prefix | Should -Be 'later'
    }

    It 'keeps the first, the last or neither of equal keys' {
        $rows = (New-Row 1 'old'), (New-Row 1 'new')
        $rows | Write-To dup1 | ForEach-Object DuplicateRows | Should -Be 1
        (Read-From dup1 1).tag | Should -Be 'new'
        $rows | Write-To dup2 @{ DuplicateKey = 'First' } | Out-Null
        (Read-From dup2 1).tag | Should -Be 'old'
        Assert-Failure { $rows | Write-To dup3 @{ DuplicateKey = 'Fail' } } InputInvalid InvalidData
    }

    It 'skips rows, warns, and counts' {
        $result = (New-Row 1), [pscustomobject]@{ no = 1 }, $null, (New-Row 2) | Write-To skipped @{ OnRowError = 'Skip'; WarningVariable = 'warned'; WarningAction = 'SilentlyContinue' }
        $result.RowsRead, $result.RowCount, $result.RejectedRows | Should -Be 4, 2, 2
        $result.RejectionSamples | Should -HaveCount 2
    }

    It 'writes rows that it leaves out to the reject file' {
        $reject = Join-Path $TestDrive bad.jsonl
        'x', 1, -5 | ForEach-Object { [pscustomobject]@{ id = $_; v = 1 } } | Write-To rejected @{ OnRowError = 'Reject'; RejectPath = $reject; KeyEncoding = 'U64BE'; WarningAction = 'SilentlyContinue' } | Out-Null
        (Get-Content $reject | ConvertFrom-Json).row | Should -Be 1, 3
    }
}

Describe '-WhatIf' {
    It 'writes nothing, names the steps, and emits nothing' {
        $prefix = New-Snapshot whatif
        $before = Get-Tree $prefix
        $out = Invoke-FreshPwsh "Import-Module `$ModulePath; [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot '$prefix' -KeyProperty id -ShardCount 3 -WhatIf"
        Get-Tree $prefix | Should -Be $before
        $out.Count | Should -BeGreaterThan 3
        $out | ForEach-Object { $_ | Should -BeLike 'What if: *' }
    }

    It 'does not even create the folder' {
        New-Row 1 | Write-ShardedSnapshot (Join-Path $TestDrive nothing) -KeyProperty id -ShardCount 1 -WhatIf
        Join-Path $TestDrive nothing | Should -Not -Exist
    }
}

Describe 'A build that cannot be' {
    BeforeAll {
        $csv = Join-Path $TestDrive good.csv
        Set-Content $csv "id,v`n1,x`nabc,y`n"
        $prefix = Join-Path $TestDrive bad
    }

    It 'fails with <Id>: <Name>' -ForEach @(
        @{ Name = 'file missing'; Id = 'InputInvalid'; Category = 'InvalidData'; With = @{ Path = 'nowhere.csv'; KeyProperty = 'id' } }
        @{ Name = 'wildcard without a match'; Id = 'InputInvalid'; Category = 'InvalidData'; With = @{ Path = 'no*where.csv'; KeyProperty = 'id' } }
        @{ Name = 'no such key column'; Id = 'InputInvalid'; Category = 'InvalidData'; With = @{ KeyProperty = 'nokey' } }
        @{ Name = 'no such value column'; Id = 'InputInvalid'; Category = 'InvalidData'; With = @{ KeyProperty = 'id'; ValueProperty = 'novalue' } }
        @{ Name = 'a key that is no integer'; Id = 'ShardAssignment'; Category = 'InvalidData'; Target = 'abc'; With = @{ KeyProperty = 'id'; KeyEncoding = 'U64BE' } }
        @{ Name = 'no shards'; Id = 'ConfigValidation'; Category = 'InvalidArgument'; With = @{ KeyProperty = 'id'; ShardCount = 0 } }
        @{ Name = 'two ways to count shards'; Id = 'ConfigValidation'; Category = 'InvalidArgument'; With = @{ KeyProperty = 'id'; ShardCount = 2; TargetShardSize = '1MB' } }
        @{ Name = 'reject without a file'; Id = 'ConfigValidation'; Category = 'InvalidArgument'; With = @{ KeyProperty = 'id'; OnRowError = 'Reject' } }
        @{ Name = 'an impossible run id'; Id = 'ConfigValidation'; Category = 'InvalidArgument'; With = @{ KeyProperty = 'id'; RunId = '../up' } }
    ) {
        $arguments = $With.Clone()
        $arguments.Path ??= $csv
        $check = @{ Id = $Id; Category = $Category }
        if ($Target) { $check.Target = $Target }
        Assert-Failure { Write-ShardedSnapshot $prefix @arguments } @check
        Join-Path $prefix _CURRENT | Should -Not -Exist
    }

    It 'fails when neither objects nor files are given' {
        $prefix = Join-Path $TestDrive nothing
        Assert-Failure { Write-ShardedSnapshot $prefix -KeyProperty id } ConfigValidation InvalidArgument $prefix
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -Format Csv } ConfigValidation InvalidArgument $prefix
        Test-Path $prefix | Should -BeFalse
    }

    It 'names the wildcard that no file matches' {
        { Write-ShardedSnapshot $prefix -Path 'no*where.csv' -KeyProperty id } | Should -Throw "No file matches 'no*where.csv'*"
    }

    It 'fails with ShardAssignment on key <Key>' -ForEach @{ Key = -1 }, @{ Key = [bigint]::Pow(2, 63) }, @{ Key = '' }, @{ Key = $true }, @{ Key = $null }, @{ Key = 1.5 } {
        Assert-Failure { @{ id = 1; v = 1 }, @{ id = $Key; v = 1 } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 } ShardAssignment InvalidData
        Join-Path $prefix _CURRENT | Should -Not -Exist
    }

    It 'fails on no rows, unless that is allowed' {
        Assert-Failure { @() | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 } InputInvalid InvalidData
        (@() | Write-ShardedSnapshot (Join-Path $TestDrive empty) -KeyProperty id -ShardCount 2 -AllowEmpty).RowCount | Should -Be 0
    }

    It 'fails on a prefix that is none' {
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot ftp://host/x -KeyProperty id } ConfigValidation InvalidArgument 'ftp://host/x'
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot env:/x -KeyProperty id } ConfigValidation InvalidArgument 'env:/x'
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot -KeyProperty id } ConfigValidation InvalidArgument
    }

    It 'fails on a run id that was used before' {
        $used = New-Snapshot used
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $used -KeyProperty id -RunId run-1 } ConfigValidation InvalidArgument run-1
    }

    It 'fails while another build is under way' {
        $busy = New-Snapshot busy
        $writer = { Write-ShardedSnapshot $busy -KeyProperty id -ShardCount 1 -RunId slow }.GetSteppablePipeline()
        $writer.Begin($true)
        try {
            $failure = Get-Failure { New-Row 1 | Write-ShardedSnapshot $busy -KeyProperty id -ShardCount 1 }
            $failure.Exception.Message | Should -BeLike '*slow*'
            Assert-Failure { New-Row 1 | Write-ShardedSnapshot $busy -KeyProperty id -ShardCount 1 } BuildInProgress ResourceBusy
        }
        finally { $writer.Clean() }
        (New-Row 1 | Write-ShardedSnapshot $busy -KeyProperty id -ShardCount 1).Published | Should -BeTrue
    }

    It 'fails when someone else moved the pointer, and names both runs' {
        $race = New-Snapshot race
        $writer = { Write-ShardedSnapshot $race -KeyProperty id -ShardCount 1 -RunId loser -AllowConcurrentBuild }.GetSteppablePipeline()
        $writer.Begin($true)
        $writer.Process((New-Row 1))
        New-Row 1 | Write-ShardedSnapshot $race -KeyProperty id -ShardCount 1 -RunId winner -AllowConcurrentBuild | Out-Null
        try {
            $failure = Get-Failure { $writer.End() }
            ($failure.FullyQualifiedErrorId -split ',')[0] | Should -Be PointerConflict
            $failure.CategoryInfo.Category | Should -Be ResourceExists
            $failure.TargetObject | Should -Be loser
            $failure.Exception.Message | Should -BeLike '*winner*'
        }
        finally { $writer.Clean() }
        Get-CurrentRun $race | Should -Be winner
    }

    It 'never shows a secret' {
        $key = [pscredential]::new('AKIAEXAMPLEEXAMPLE12', (ConvertTo-SecureString 'verysecretvalue' -AsPlainText -Force))
        $failure = Get-Failure { Get-ShardValue 1 s3://bucket/p -Credential $key -ProfileName both }
        ($failure | Format-List * -Force | Out-String) + ($failure.Exception | Format-List * -Force | Out-String) | Should -Not -BeLike '*verysecretvalue*'
    }
}

Describe 'Rate limits' {
    It 'write every row, and refuse what is no rate' {
        $prefix = Join-Path $TestDrive limited
        (New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -MaxWritesPerSecond 1000 -MaxWriteBytesPerSecond 1MB).RowCount | Should -Be 50
        $failure = Get-Failure { New-Row (1..5) | Write-ShardedSnapshot $prefix -KeyProperty id -MaxWritesPerSecond 0 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
    }

    It 'of a connection are checked' {
        $prefix = New-Snapshot limited-connection 1
        try {
            Connect-ShardStore $prefix -MaxReadsPerSecond 100 -MaxReadBytesPerSecond 1MB -MaxUploadsPerSecond 50 -MaxUploadBytesPerSecond 1MB -MaxDeletesPerSecond 10 | Should -Not -BeNullOrEmpty
            (Get-Failure { Connect-ShardStore $prefix -MaxDeletesPerSecond -1 }).FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
        }
        finally { Disconnect-ShardStore }
    }
}

Describe '-AsJob' {
    It 'gives the result of piped rows' {
        $prefix = Join-Path $TestDrive job1
        $job = New-Row (1..100) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -AsJob
        $job | Should -BeOfType [System.Management.Automation.Job]
        ($job | Receive-Job -Wait -AutoRemoveJob).RowCount | Should -Be 100
        (Get-ShardValue 5 $prefix).Found | Should -BeTrue
    }

    It 'gives the result of a file' {
        Set-Content (Join-Path $TestDrive job.csv) "id,v`n1,x`n"
        $job = Write-ShardedSnapshot (Join-Path $TestDrive job2) -Path (Join-Path $TestDrive job.csv) -KeyProperty id -AsJob
        ($job | Wait-Job).State | Should -Be Completed
        ($job | Receive-Job).Published | Should -BeTrue
        $job | Remove-Job
    }

    It 'fails with an error record' {
        $job = Write-ShardedSnapshot (Join-Path $TestDrive job3) -Path (Join-Path $TestDrive nowhere.csv) -KeyProperty id -AsJob
        ($job | Wait-Job).State | Should -Be Failed
        $failed = $null
        $job | Receive-Job -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'InputInvalid*'
        $job | Remove-Job
    }
}
