BeforeDiscovery {
    . $PSScriptRoot/ModuleUnderTest.ps1
    # Every type that a cmdlet says it gives, but for what is no record: open readers, files, Booleans, jobs.
    $outputTypes = Get-Command -Module ShardyFusion | ForEach-Object { $_.OutputType.Type } | Where-Object { $_.Namespace -eq 'ShardyFusion.Cmdlets.Output' } | Sort-Object Name -Unique
}

BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $prefix = Join-Path $TestDrive trip
    $builds = 1..3 | ForEach-Object {
        $load = $_
        1..20 | ForEach-Object { [pscustomobject]@{ id = $_; rank = $_ % $load } } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId "run-$load" -MinRows 1 -Message "load $load"
    }
    $reader = Open-ShardReader $prefix
    $csv = Join-Path $TestDrive trip.csv
    $samples = @{
        SnapshotBuildResult = { $builds[-1] }; SnapshotHistoryEntry = { Get-ManifestHistory $prefix }; ReaderHealth = { Test-ReaderHealth $prefix, $TestDrive -StalenessThreshold 1 }
        ManifestChange = { Set-CurrentManifest $prefix -Offset 1 -PassThru -Confirm:$false; Undo-CurrentManifest $prefix -PassThru -Confirm:$false }
        ShardValue = { 1, 99 | Get-ShardValue -Prefix $prefix }; ShardValueVersion = { Get-ShardValueHistory 1 $prefix }; ResolvedShardKey = { Resolve-ShardKey 1 $prefix }
        ShardRow = { Export-ShardedSnapshot $prefix | Select-Object -First 1 }; SnapshotExportResult = { Export-ShardedSnapshot $prefix $csv -Overwrite }
        ShardedSnapshot = { Get-ShardedSnapshot $prefix }; SnapshotShard = { Get-SnapshotShard $prefix }; SnapshotRun = { Get-SnapshotRun $prefix }
        SnapshotRunStop = { Stop-SnapshotRun $prefix run-1 -PassThru -WarningAction SilentlyContinue }; SnapshotEvent = { Get-SnapshotEvent $prefix }
        SnapshotLabel = { New-SnapshotTag $prefix trip -ExpiresIn 1h; Remove-SnapshotTag $prefix trip }; BlockedSnapshot = { Block-ShardedSnapshot $prefix -RunId run-1 -Reason x -PassThru; Unblock-ShardedSnapshot $prefix -RunId run-1 }
        PublishingSuspension = { Suspend-SnapshotPublishing $prefix x -ExpiresIn 1h -PassThru; Resume-SnapshotPublishing $prefix }; SnapshotVerification = { Test-ShardedSnapshot $prefix }
        SnapshotPublishResult = { Publish-ShardedSnapshot $prefix -RunId run-1 -Pointer CANARY -MinRows 1 }; SnapshotDifference = { Compare-ShardedSnapshot $prefix }; SnapshotComparisonSummary = { Compare-ShardedSnapshot $prefix -Level Manifest }
        SnapshotCopyResult = { Copy-ShardedSnapshot $prefix (Join-Path $TestDrive "copy-$([guid]::NewGuid())") }; StoreCheck = { Test-ShardStore $prefix }
        StaleSnapshotItem = {
            $shard = New-Item (Join-Path $prefix shards run_id=dead db=00000 attempt=00 shard.sst) -ItemType File -Force -Value x
            $shard.LastWriteTimeUtc = [datetime]::UtcNow.AddDays(-9)
            Remove-StaleSnapshot $prefix -SavePlan (Join-Path $TestDrive plan.json)
        }
        ShardReader = { $reader }; ShardReaderUpdate = { Update-ShardReader $reader }; ShardStoreConnection = { Connect-ShardStore $prefix; Disconnect-ShardStore }
        SnapshotMeasurement = { Measure-ShardedSnapshot (Join-Path $TestDrive measured) -ShardCount 2 -RowCount 100 -ColdGetCount 4 -WarmGetCount 100 -BatchSize 10 -RefreshCount 1 -ThreadCount 1 }
        ShardMetricServer = { Start-ShardMetricServer -Port 0; Stop-ShardMetricServer }; ShardTelemetry = { Start-ShardTelemetry http://127.0.0.1:9; Stop-ShardTelemetry -WarningAction SilentlyContinue 3>$null }
    }

    # A value that a script can use as it is: text, number, Boolean, time; or a list of these or of such objects.
    function Test-Plain($Value, [int] $Depth = 0) {
        if ($null -eq $Value -or $Value -is [string] -or $Value -is [bool] -or $Value -is [datetime] -or $Value -is [uri] -or $Value.GetType().IsPrimitive -or $Value -is [decimal]) { return $true }
        if ($Value -is [System.Collections.IDictionary]) { foreach ($item in $Value.Values) { if (-not (Test-Plain $item ($Depth + 1))) { return $false } }; return $true }
        if ($Value -is [enum] -or $Value -is [timespan] -or $Depth -gt 3) { return $false }
        if ($Value -is [System.Collections.IList]) { foreach ($item in $Value) { if (-not (Test-Plain $item ($Depth + 1))) { return $false } }; return $true }
        foreach ($property in $Value.PSObject.Properties) { if (-not (Test-Plain $property.Value ($Depth + 1))) { return $false } }
        $true
    }

    # Times of all forms as one text.
    function ConvertTo-Plain($Value) { if ($null -eq $Value) { '' } elseif ($Value -is [datetime]) { $Value.ToUniversalTime().ToString('yyyy-MM-dd HH:mm:ss.ffffff', [cultureinfo]::InvariantCulture) } else { [string]::Format([cultureinfo]::InvariantCulture, '{0}', $Value) } }
}

AfterAll { $reader | Close-ShardReader }

Describe '<_.Name>' -ForEach $outputTypes {
    BeforeAll {
        $type = $_
        $samples.ContainsKey($type.Name) | Should -BeTrue -Because 'every output type is tried'
        $objects = @(& $samples[$type.Name] | Where-Object { $_ -is $type })
        $objects | Should -Not -BeNullOrEmpty
        $names = $objects[0].PSObject.Properties.Name
    }

    It 'has plain values, and none twice' {
        foreach ($object in $objects) { foreach ($name in $names) { Test-Plain $object.$name | Should -BeTrue -Because "$name is $($object.$name)" } }
        $type.GetProperties().Name | Should -Be $names
    }

    It 'is the same after CLIXML' {
        $file = Join-Path $TestDrive "$($type.Name).xml"
        $objects | Export-Clixml $file -Depth 4
        $back = @(Import-Clixml $file)
        for ($i = 0; $i -lt $objects.Count; $i++) {
            foreach ($name in $names) {
                if ($objects[$i].$name -is [System.Collections.IDictionary]) { @($back[$i].$name.Keys).Count | Should -Be $objects[$i].$name.Count }
                elseif ($objects[$i].$name -is [System.Collections.IList]) { @($back[$i].$name).Count | Should -Be @($objects[$i].$name).Count -Because $name }
                elseif ($objects[$i].$name -isnot [psobject] -or $objects[$i].$name -is [datetime]) { ConvertTo-Plain $back[$i].$name | Should -BeExactly (ConvertTo-Plain $objects[$i].$name) -Because $name }
            }
        }
    }

    It 'is the same after JSON' {
        $back = @($objects | ConvertTo-Json -Depth 5 | ConvertFrom-Json)
        for ($i = 0; $i -lt $objects.Count; $i++) {
            foreach ($name in $names) {
                $value = $objects[$i].$name
                if ($null -eq $value -or $value -is [string] -or $value -is [datetime] -or $value.GetType().IsPrimitive) { ConvertTo-Plain $back[$i].$name | Should -BeExactly (ConvertTo-Plain $value) -Because $name }
            }
        }
    }

    It 'is text that says it in CSV, with the zone of times' {
        $rows = @($objects | ConvertTo-Csv | ConvertFrom-Csv)
        for ($i = 0; $i -lt $objects.Count; $i++) {
            foreach ($name in $names) {
                $rows[$i].$name | Should -Not -Match '^System\.|^ShardyFusion\.' -Because $name
                if ($objects[$i].$name -is [datetime]) {
                    $rows[$i].$name | Should -Match 'Z$' -Because $name
                    ConvertTo-Plain ([datetimeoffset]::Parse($rows[$i].$name, [cultureinfo]::InvariantCulture).UtcDateTime) | Should -BeExactly (ConvertTo-Plain $objects[$i].$name) -Because $name
                }
            }
        }
    }
}
