BeforeAll { . $PSScriptRoot/ModuleUnderTest.ps1 }

Describe 'Guards of Write-ShardedSnapshot' {
    BeforeEach { $prefix = New-Snapshot "guard-$([guid]::NewGuid())" }

    It 'stop a publish that dropped rows; -PublishFailedChecks -Reason lets it through and the history tells' {
        $write = @{ Prefix = $prefix; KeyProperty = 'id'; ShardCount = 2; MaxDrop = '10%'; MinRows = 1 }
        Assert-Failure { New-Row (1..50) | Write-ShardedSnapshot @write -RunId bad } GuardFailed LimitsExceeded bad
        Get-CurrentRun $prefix | Should -Be run-1
        $staged = Get-ManifestHistory $prefix -First 1
        $staged.RunId, $staged.IsCurrent | Should -Be bad, $false
        $staged.Guards.Name | Should -Be MinRows, MaxDrop
        $staged.Guards.Passed | Should -Be $true, $false
        ($staged | Format-Table | Out-String -Width 200) | Should -Match '\[MaxDrop failed\]'

        $result = New-Row (1..50) | Write-ShardedSnapshot @write -RunId forced -PublishFailedChecks -Reason 'half of them moved' -WarningVariable warned -WarningAction SilentlyContinue
        $result.Published | Should -BeTrue
        $warned | Should -HaveCount 1
        $entry = Get-ManifestHistory $prefix -First 1
        $entry.IsCurrent, $entry.ForcedBy, $entry.ForceReason | Should -Be $true, ([Environment]::UserName), 'half of them moved'
        (Get-ShardValue 7 $prefix).RunId | Should -Be forced
    }

    It '-PublishFailedChecks needs a reason, and does not beat -WhatIf' {
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -PublishFailedChecks } ConfigValidation InvalidArgument
        $before = Get-Tree $prefix
        New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -PublishFailedChecks -Reason x -MinRows 5 -WhatIf
        Get-Tree $prefix | Should -Be $before
    }

    It 'run a script block on the staged snapshot, with a reader' {
        $seen = @{}
        $result = New-Row (1..50) new | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId new -Guard {
            param($Staged, $Reader, $Current)
            $seen.Staged, $seen.This, $seen.Current = $Staged.RunId, $_.RowCount, $Current.RunId
            $seen.Tag = $Reader.Get(7).Value.tag
            $seen.Found = $Reader.Get(@(1, 5000)).Found
            $seen.Pointer = Get-CurrentRun $prefix
            'looked at it'
            $true
        }
        $seen.Staged, $seen.This, $seen.Current, $seen.Tag, $seen.Pointer | Should -Be new, 50, run-1, new, run-1
        $seen.Found | Should -Be $true, $false
        $result.Guards.Name, $result.Guards.Passed, $result.Guards.Detail | Should -Be Guard, $true, 'looked at it'
    }

    It 'count a script block as failed that is <Name>' -ForEach @(
        @{ Name = 'false'; Script = { 'too few'; $_.RowCount -gt 100 }; Detail = 'too few' }
        @{ Name = 'silent'; Script = { }; Detail = '*returned nothing*' }
        @{ Name = 'throwing'; Script = { throw 'no database' }; Detail = '*no database*' }
    ) {
        Assert-Failure { New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId bad -Guard $Script, { $true } } GuardFailed LimitsExceeded bad
        $guards = (Get-ManifestHistory $prefix -First 1).Guards
        $guards.Passed | Should -Be $false, $true
        $guards[0].Detail | Should -BeLike $Detail
        Get-CurrentRun $prefix | Should -Be run-1
    }

    It 'are stopped by Ctrl+C inside a script block' {
        $gate = [System.Threading.ManualResetEventSlim]::new($false)
        $shell = [powershell]::Create()
        try {
            $shell.Runspace.SessionStateProxy.SetVariable('gate', $gate)
            [void]$shell.AddScript("Import-Module '$ModulePath'; [pscustomobject]@{ id = 1 } | Write-ShardedSnapshot '$prefix' -KeyProperty id -ShardCount 1 -RunId broken -Guard { `$gate.Set(); while (`$true) { [System.Threading.Thread]::Sleep(10) } }")
            $running = $shell.BeginInvoke()
            $gate.Wait([timespan]::FromSeconds(60)) | Should -BeTrue
            $shell.Stop()
        }
        finally { $shell.Dispose() }
        Wait-Until { (Get-RunStatus $prefix).broken -eq 'failed' }
        Get-CurrentRun $prefix | Should -Be run-1
    }

    It 'cannot be script blocks in a job' {
        Assert-Failure { New-Row 1 | Write-ShardedSnapshot $prefix -KeyProperty id -AsJob -Guard { $true } } ConfigValidation InvalidArgument
    }

    It 'compare canaries with what is stored' {
        Assert-Failure { New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -Canary @{ 7 = @{ name = 'n7'; tag = 'b' } } } GuardFailed LimitsExceeded
        Assert-Failure { New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -Canary @{ 51 = $null } } GuardFailed LimitsExceeded
        (New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -Canary @{ 7 = @{ name = 'n7'; tag = 'a' }; 8 = '{"tag":"a","name":"n8"}'; '9' = $null }).Published | Should -BeTrue
    }

    It 'probe after the publish and go back when a key is missing' {
        Assert-Failure { New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId bad -ProbeKey 7, 5000 } ProbeFailed InvalidResult bad
        Get-CurrentRun $prefix | Should -Be run-1
        (New-Row (1..50) | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -ProbeKey 7, 8).Published | Should -BeTrue
    }

    It 'publish to a named pointer, which reads follow' {
        $result = New-Row (1..50) new | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -RunId canary -Pointer CANARY
        $result.Published, $result.Pointer | Should -Be $true, CANARY
        Get-CurrentRun $prefix | Should -Be run-1
        (Get-ShardValue 7 $prefix -FromPointer CANARY).Value.tag | Should -Be new
        (Get-ShardValue 7 $prefix).Value.tag | Should -Be s1
        Assert-Failure { Get-ShardValue 7 $prefix -FromPointer NOBODY } SnapshotNotFound ObjectNotFound NOBODY
        Set-CurrentManifest $prefix -FromPointer CANARY -Confirm:$false
        Get-CurrentRun $prefix | Should -Be canary
    }
}
