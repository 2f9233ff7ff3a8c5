BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    # A new process that can be asked: the answer comes by its standard input.
    function Invoke-Asked([string] $Answer, [string] $Script) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content $file "`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'; $Script"
        $self = (Get-Process -Id $PID).Path
        $of = @(if ([System.IO.Path]::GetFileNameWithoutExtension($self) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
        ($Answer | & $self @of -NoProfile -File $file 2>&1 | ForEach-Object ToString) -join ' ' -replace '\s+', ' '
    }

    # A prefix with a shard that no manifest names, old enough to be deleted.
    function New-Stale([string] $Name) {
        $prefix = New-Snapshot $Name 2
        $shard = Join-Path $prefix shards run_id=dead db=00000 attempt=00 shard.sst
        [void](New-Item $shard -ItemType File -Force -Value ('x' * 2048))
        (Get-Item $shard).LastWriteTimeUtc = [datetime]::UtcNow.AddDays(-9)
        $prefix
    }
}

Describe 'Questions' {
    It 'name what goes and how much; no deletes nothing, yes does' {
        $prefix = New-Stale asked
        $no = Invoke-Asked n "(Remove-StaleSnapshot '$prefix').IsDeleted"
        $no | Should -BeLike '*what 1 unfinished run left (dead): 1 object, 2.0 KiB*'
        $no | Should -BeLike '*False'
        Invoke-Asked y "(Remove-StaleSnapshot '$prefix').IsDeleted" | Should -BeLike '*True'
    }

    It 'of a rollback name both runs and the rows' {
        $prefix = New-Snapshot asked-back 2
        $no = Invoke-Asked n "Set-CurrentManifest '$prefix' -Offset 1"
        $no | Should -BeLike "*make current instead of run 'run-2'*run 'run-1' (100 rows*"
        Get-CurrentRun $prefix | Should -Be run-2
    }
}

Describe '-Confirm:$false and -Force' {
    It 'do without the question where nobody can answer: <_>' -ForEach '-Confirm:$false', '-Force' {
        $prefix = New-Stale "silent$($_.Length)"
        Invoke-FreshPwsh "Import-Module `$ModulePath; Set-CurrentManifest '$prefix' -Offset 1 $_; Undo-CurrentManifest '$prefix' $_; (Remove-StaleSnapshot '$prefix' $_).IsDeleted" |
            Should -Be True
        Get-CurrentRun $prefix | Should -Be run-2
    }

    It '-Confirm:$false is enough for every other change' {
        $prefix = New-Snapshot all-silent 2
        $out = Invoke-FreshPwsh @"
            Import-Module `$ModulePath; `$no = @{ Prefix = '$prefix'; Confirm = `$false }
            New-SnapshotTag @no kept | Out-Null; Remove-SnapshotTag @no kept; Block-ShardedSnapshot @no -RunId run-1 -Reason x; Unblock-ShardedSnapshot @no -RunId run-1
            Suspend-SnapshotPublishing @no x; Resume-SnapshotPublishing @no; Publish-ShardedSnapshot @no -RunId run-1 -Pointer CANARY | Out-Null
            Export-ShardedSnapshot @no '$TestDrive/out.csv' | Out-Null; Export-ShardedSnapshot @no '$TestDrive/out.csv' -Overwrite | Out-Null
            1..3 | ForEach-Object { [pscustomobject]@{ id = `$_ } } | Write-ShardedSnapshot @no -KeyProperty id -ShardCount 1 | Out-Null; 'done'
"@
        $out | Should -Be done
    }

    It '-Force beats neither -WhatIf nor -Confirm' {
        $prefix = New-Stale forced
        Set-CurrentManifest $prefix -Offset 1 -Force -WhatIf
        & { $WhatIfPreference = $true; Undo-CurrentManifest $prefix -Force; Set-CurrentManifest $prefix -Offset 1 -Force }
        (Remove-StaleSnapshot $prefix -Force -WhatIf).IsDeleted | Should -BeFalse
        Get-CurrentRun $prefix | Should -Be run-2
        (Invoke-FreshPwsh "Import-Module `$ModulePath; Set-CurrentManifest '$prefix' -Offset 1 -Force -Confirm") -join ' ' | Should -BeLike '*NonInteractive*'
    }

    It 'is -Force on no cmdlet that does not ask' {
        Get-Command -Module ShardyFusion | Where-Object { $_.Parameters.ContainsKey('Force') } | ForEach-Object Name | Sort-Object |
            Should -Be Remove-StaleSnapshot, Set-CurrentManifest, Undo-CurrentManifest
    }
}

Describe 'Remove-StaleSnapshot -WhatIf' {
    It 'says why each snapshot stays' {
        $prefix = New-Stale stays
        $said = Invoke-FreshPwsh "Import-Module `$ModulePath; Remove-StaleSnapshot '$prefix' -WhatIf | Out-Null"
        $said -join ' ' | Should -BeLike "*Keep run 'run-2'*_CURRENT*Keep run 'run-1'*"
    }
}
