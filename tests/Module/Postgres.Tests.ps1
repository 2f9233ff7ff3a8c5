BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    # A real server, which the project's script starts.
    $server = Join-Path $PSScriptRoot '..' 'tools' 'postgres.sh'
    $whyNot = $null
    if ($IsLinux) {
        $env:POSTGRES_PORT = 40000 + (Get-Random -Maximum 20000)
        $env:POSTGRES_OWNER_PID = $PID
        $out = & bash $server start 2>&1 | ForEach-Object ToString
        if ($LASTEXITCODE -ne 0) { $whyNot = "PostgreSQL did not start: $($out | Select-Object -Last 3)" }
    }
    else { $whyNot = 'no PostgreSQL: run on Debian, where tests/tools/postgres.sh starts one' }
    function Skip-WithoutServer {
        if (-not $whyNot) { return }
        if ($env:CI) { throw $whyNot }
        Set-ItResult -Skipped -Because $whyNot
    }
    function Get-Dsn([string] $Password = 'test%20password') {
        ConvertTo-SecureString "postgresql://tester:$Password@127.0.0.1:$env:POSTGRES_PORT/postgres?sslmode=disable" -AsPlainText
    }
    function Get-Loaded { [System.AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match '^Npgsql|^ShardyFusion.Postgres' }
}

AfterAll {
    Disconnect-ShardStore
    if ($IsLinux) { & bash $server clean }
    $env:POSTGRES_PORT = $env:POSTGRES_OWNER_PID = $null
}

Describe 'Manifests in PostgreSQL' {
    It 'loads the driver for those alone who name a database' {
        $prefix = Join-Path $TestDrive 'plain'
        1..3 | ForEach-Object { [pscustomobject]@{ id = $_; v = "v$_" } } | Write-ShardedSnapshot $prefix -KeyProperty id -ValueProperty v
        1 | Get-ShardValue -Prefix $prefix | Should -Not -BeNullOrEmpty
        Get-Loaded | Should -BeNullOrEmpty
    }

    It 'publishes, lists, rolls back and reads with the connection of the session' {
        Skip-WithoutServer
        $prefix = Join-Path $TestDrive 'snap'
        $connected = Connect-ShardStore $prefix -ManifestStore (Get-Dsn) -ManifestTable pester
        $connected.Description | Should -BeLike '*PostgreSQL 127.0.0.1*table pester*'
        "$($connected | Format-List | Out-String)" | Should -Not -Match 'test.{0,3}password'
        foreach ($run in 'one', 'two') {
            1..3 | ForEach-Object { [pscustomobject]@{ id = $_; v = "$run$_" } } | Write-ShardedSnapshot -KeyProperty id -ValueProperty v -RunId $run
        }
        (Get-ManifestHistory).RunId | Should -Be 'two', 'one'
        Set-CurrentManifest -Offset 1 -Confirm:$false
        (2 | Get-ShardValue).Value | Should -Be 'one2'
        (Test-ReaderHealth).Status | Should -Be 'Healthy'
        Undo-CurrentManifest -Confirm:$false
        (2 | Get-ShardValue).Value | Should -Be 'two2'
    }

    It 'refuses to clean up once the session no longer names the database' {
        Skip-WithoutServer
        Disconnect-ShardStore
        $prefix = Join-Path $TestDrive 'snap'
        Assert-Failure { Remove-StaleSnapshot $prefix -KeepLast 1 -WhatIf } StoreUnsafe NotImplemented
        Assert-Failure { 2 | Get-ShardValue -Prefix $prefix } NoSnapshot ObjectNotFound
    }

    It 'says what is wrong with a connection string, and not what it is' {
        $failure = Get-Failure { Connect-ShardStore $TestDrive -ManifestStore (ConvertTo-SecureString 'postgresql://a:C4n4ry@b/c?odd=1' -AsPlainText) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConfigValidation,*'
        "$failure $($failure.Exception)" | Should -Not -Match 'C4n4ry'
        "$failure" | Should -Match 'odd'
        Assert-Failure { Connect-ShardStore $TestDrive -ManifestTable x } ConfigValidation InvalidArgument
    }

    It 'says that a password is wrong' {
        Skip-WithoutServer
        $failure = Get-Failure { Connect-ShardStore $TestDrive -ManifestStore (Get-Dsn 'C4n4ry') }
        $failure.FullyQualifiedErrorId | Should -BeLike 'StorageDenied,*'
        "$failure $($failure.Exception)" | Should -Not -Match 'C4n4ry'
    }
}
