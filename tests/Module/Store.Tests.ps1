BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1

    # A real gateway: one that is named in the environment, else one that the project's script starts.
    $gateway = Join-Path $PSScriptRoot '..' 'tools' 'ceph-rgw.sh'
    $ownGateway = $null
    $endpoint = $env:SHARDYFUSION_TEST_S3_ENDPOINT
    $access = $env:SHARDYFUSION_TEST_S3_ACCESS_KEY ?? 'testkey'
    $secret = $env:SHARDYFUSION_TEST_S3_SECRET_KEY ?? 'testsecret'
    $whyNot = $null
    if (-not $endpoint) {
        if ($IsLinux -and (Get-Command apt-get, bash -ErrorAction Ignore).Count -eq 2) {
            $env:S3_PORT = 20000 + (Get-Random -Maximum 20000)
            $out = & bash $gateway start 2>&1 | ForEach-Object ToString
            if ($LASTEXITCODE -eq 0) {
                $ownGateway = $env:S3_PORT
                $endpoint = "http://127.0.0.1:$env:S3_PORT"
            }
            else { $whyNot = "the S3 gateway did not start: $($out | Select-Object -Last 3)" }
        }
        else { $whyNot = 'no S3 server: set SHARDYFUSION_TEST_S3_ENDPOINT, or run on Debian, where tests/tools/ceph-rgw.sh starts one' }
    }
    function Skip-WithoutGateway {
        if (-not $whyNot) { return }
        if ($env:CI) { throw $whyNot }
        Set-ItResult -Skipped -Because $whyNot
    }
    $credential = [pscredential]::new($access, (ConvertTo-SecureString $secret -AsPlainText -Force))
    $s3 = @{ EndpointUrl = $endpoint; Credential = $credential }

    # Buckets are made by a plain signed request (AWS Signature Version 4): the module itself never creates one.
    function New-Bucket([string] $Name) {
        $now = [datetime]::UtcNow
        $stamp, $day = $now.ToString('yyyyMMddTHHmmssZ'), $now.ToString('yyyyMMdd')
        $utf8 = [System.Text.Encoding]::UTF8
        $hash = { param([string] $Text) [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([byte[]]$utf8.GetBytes($Text))).ToLowerInvariant() }
        $mac = { param([byte[]] $Key, [string] $Text) , [System.Security.Cryptography.HMACSHA256]::HashData($Key, [byte[]]$utf8.GetBytes($Text)) }
        $empty, $server = (& $hash ''), ([uri]$endpoint).Authority
        $signed = 'host;x-amz-content-sha256;x-amz-date'
        $request = "PUT`n/$Name`n`nhost:$server`nx-amz-content-sha256:$empty`nx-amz-date:$stamp`n`n$signed`n$empty"
        $scope = "$day/us-east-1/s3/aws4_request"
        $key = $utf8.GetBytes("AWS4$secret")
        foreach ($part in $day, 'us-east-1', 's3', 'aws4_request') { $key = & $mac $key $part }
        $signature = [System.Convert]::ToHexString((& $mac $key "AWS4-HMAC-SHA256`n$stamp`n$scope`n$(& $hash $request)")).ToLowerInvariant()
        $headers = @{
            'x-amz-content-sha256' = $empty; 'x-amz-date' = $stamp
            Authorization = "AWS4-HMAC-SHA256 Credential=$access/$scope, SignedHeaders=$signed, Signature=$signature"
        }
        Invoke-WebRequest "$endpoint/$Name" -Method Put -Headers $headers -SkipHeaderValidation -ContentType '' | Out-Null
    }
    $bucket = "pester-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
    if (-not $whyNot) { New-Bucket $bucket }
}

AfterAll {
    Disconnect-ShardStore
    if ($ownGateway) { $env:S3_PORT = $ownGateway; & bash $gateway clean *> $null }
}

Describe 'Connect-ShardStore' {
    AfterEach { Disconnect-ShardStore }

    It 'makes its prefix the default until it is disconnected' {
        $prefix = New-Snapshot connected 2
        (Connect-ShardStore $prefix).Prefix | Should -BeLike 'file://*connected'
        (Get-ShardValue 7).Found | Should -BeTrue
        (Get-ManifestHistory).Count | Should -Be 2
        (1..4 | ForEach-Object -Parallel { Import-Module $using:ModulePath; (Get-ShardValue $_).Found }) | Should -Be @($true, $true, $true, $true)
        Disconnect-ShardStore
        Assert-Failure { Get-ShardValue 7 } ConfigValidation InvalidArgument
    }

    It 'gives way to a prefix that is named' {
        Connect-ShardStore (New-Snapshot default 1) | Out-Null
        (Get-ManifestHistory (New-Snapshot named 3)).Count | Should -Be 3
    }

    It 'is not kept when the store cannot be reached' {
        Assert-Failure { Connect-ShardStore s3://bucket/x -EndpointUrl http://127.0.0.1:9 -Credential $credential } StorageTransient ConnectionError
        Assert-Failure { Get-ShardValue 7 } ConfigValidation InvalidArgument
    }
}

Describe 'TimeoutSec' {
    BeforeAll {
        # Accepts, and never answers.
        $silent = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $silent.Start()
        $mute = @{ EndpointUrl = "http://127.0.0.1:$($silent.LocalEndpoint.Port)"; Credential = $credential; TimeoutSec = 0.5 }
    }

    AfterAll { $silent.Stop() }

    It 'ends <_> in time, naming the endpoint' -ForEach 'Get-ShardValue', 'Get-ManifestHistory', 'Get-ShardedSnapshot', 'Get-SnapshotRun', 'Test-ShardStore', 'Export-ShardedSnapshot', 'Write-ShardedSnapshot' {
        $arguments = @{ Prefix = 's3://bucket/x' } + $mute
        $failure = $null
        try {
            switch ($_) {
                'Get-ShardValue' { Get-ShardValue 7 @arguments -ErrorAction Stop }
                'Write-ShardedSnapshot' { New-Row (1..3) late | Write-ShardedSnapshot -KeyProperty id @arguments -ErrorAction Stop }
                default { & $_ @arguments -ErrorAction Stop | Out-Null }
            }
        }
        catch { $failure = $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'TimedOut,*'
        $failure.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $failure.Exception.Message | Should -BeLike "*$($mute.EndpointUrl)*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-TimeoutSec*'
    }

    It 'does not count the time between the rows' {
        $folder = Join-Path $TestDrive patient
        1..3 | ForEach-Object { Start-Sleep -Milliseconds 600; [pscustomobject]@{ id = $_; tag = 'slow' } } | Write-ShardedSnapshot $folder -KeyProperty id -TimeoutSec 1.5 | Out-Null
        (Get-ShardValue 2 $folder -TimeoutSec 30).Found | Should -BeTrue
    }
}

Describe 'Test-ShardStore' {
    It 'passes every check on a folder, and leaves nothing' {
        $folder = Join-Path $TestDrive checked
        $checks = Test-ShardStore $folder
        $checks.Count | Should -BeGreaterThan 9
        $checks | Where-Object Passed -ne $true | Should -BeNullOrEmpty
        Test-ShardStore $folder -Quiet | Should -BeTrue
        Get-ChildItem (Join-Path $folder .probe) -Recurse -File -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'writes nothing under -WhatIf' {
        $folder = Join-Path $TestDrive untouched
        Test-ShardStore $folder -WhatIf | Should -BeNullOrEmpty
        Test-Path $folder | Should -BeFalse
    }
}

Describe 'Connect-ShardStore on AWS' {
    It 'names every fault of a role, a key or a class' {
        foreach ($wrong in @{ RoleArn = 'reader' }, @{ ExternalId = 'x' }, @{ KmsKeyId = 'k' }, @{ StorageClass = 'DEEP_ARCHIVE' }, @{ ExpectedBucketOwner = 'me' }) {
            Assert-Failure { Connect-ShardStore s3://bucket/x -Region eu-central-1 -SkipCheck @wrong } ConfigValidation InvalidArgument
        }
    }

    It 'says which role is assumed, and writes with tags on a real server' {
        Skip-WithoutGateway
        $role = 'arn:aws:iam::123456789012:role/publisher'
        (Connect-ShardStore s3://bucket/x @s3 -SkipCheck -RoleArn $role -ExternalId fleet-7).Description | Should -BeLike "*credentials from role $role, assumed with the given access key*"
        Connect-ShardStore "s3://$bucket/tagged" @s3 -Tag @{ team = 'search' } -StorageClass STANDARD | Out-Null
        (New-Row (1..10) x | Write-ShardedSnapshot -KeyProperty id -ShardCount 1).Published | Should -BeTrue
        (Get-ShardValue 1).Found | Should -BeTrue
    }
}

Describe 'The whole job on S3' {
    It 'builds, reads, rolls back and checks health' {
        Skip-WithoutGateway
        $prefix = "s3://$bucket/story"
        Test-ShardStore $prefix @s3 -Quiet | Should -BeTrue
        Connect-ShardStore $prefix @s3 | Out-Null
        $first = New-Row (1..500) first | Write-ShardedSnapshot -KeyProperty id -ShardCount 8 -RunId first
        $first.Published | Should -BeTrue
        (New-Row (1..600) second | Write-ShardedSnapshot -KeyProperty id -ShardCount 8 -RunId second).From | Should -Be first
        (Get-ShardValue 550).Value.tag | Should -Be second
        (Get-ManifestHistory | Select-Object -Skip 1 -First 1 | Set-CurrentManifest -Confirm:$false -PassThru).To | Should -Be first
        (Get-ShardValue 550).Found | Should -BeFalse
        $values = 1..500 | Get-ShardValue
        $values.Count | Should -Be 500
        $values | Where-Object { -not $_.Found -or $_.Value.tag -ne 'first' } | Should -BeNullOrEmpty
        (Test-ReaderHealth -Deep).Status | Should -Be Healthy
    }

    It 'notices a bucket that does not exist, a wrong secret and a server without TLS when it connects' {
        Skip-WithoutGateway
        Assert-Failure { Connect-ShardStore "s3://$bucket-gone/x" @s3 } StorageNotFound ObjectNotFound
        $wrong = [pscredential]::new($access, (ConvertTo-SecureString 'not-the-secret-42' -AsPlainText -Force))
        (Get-Failure { Connect-ShardStore "s3://$bucket/x" -EndpointUrl $endpoint -Credential $wrong }).ErrorDetails.RecommendedAction | Should -BeLike '*secret does not fit*'
        (Get-Failure { Connect-ShardStore "s3://$bucket/x" -EndpointUrl ($endpoint -replace '^http:', 'https:') -Credential $credential }).ErrorDetails.RecommendedAction | Should -BeLike '*speaks https*'
        (Test-ReaderHealth "s3://$bucket-gone/x" @s3).IsHealthy | Should -BeFalse
    }

    It 'says where credentials come from under -Debug, and never the secret' {
        Skip-WithoutGateway
        $wrong = [pscredential]::new($access, (ConvertTo-SecureString 'not-the-secret-42' -AsPlainText -Force))
        $all = & { $DebugPreference = 'Continue'; try { Get-ShardValue 1 "s3://$bucket/story" -EndpointUrl $endpoint -Credential $wrong } catch { $_ | Format-List -Force; $_.Exception | Format-List -Force } } *>&1
        $note = $all | Where-Object { $_ -is [System.Management.Automation.DebugRecord] } | Select-Object -First 1
        $note.Message | Should -BeLike "*$endpoint*credential*"
        $all | Out-String | Should -Not -BeLike '*not-the-secret-42*'
        Assert-Failure { Get-ShardValue 1 "s3://$bucket/story" -EndpointUrl $endpoint -Credential $wrong } StorageDenied PermissionDenied
    }

    It 'runs the quickstart unchanged' {
        Skip-WithoutGateway
        $script = Join-Path $PSScriptRoot '..' '..' 'examples' 'Quickstart.ps1' | Convert-Path
        $lines = Invoke-FreshPwsh "`$env:AWS_ACCESS_KEY_ID = '$access'; `$env:AWS_SECRET_ACCESS_KEY = '$secret'; & '$script' -Prefix s3://$bucket/quickstart -EndpointUrl $endpoint -ModulePath `$ModulePath 6>&1"
        ($lines -join "`n") | Should -BeLike '*== Done*'
    }
}

Describe 'The whole job on Azure' {
    BeforeAll {
        # A real server of the protocol, which the project's script starts.
        $azurite = Join-Path $PSScriptRoot '..' 'tools' 'azurite.sh'
        $whyNoAzure = 'tests/tools/azurite.sh needs Linux with node and npm'
        $account = 'devstoreaccount1'
        $accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
        if ($IsLinux -and (Get-Command npm, bash -ErrorAction Ignore).Count -eq 2) {
            $env:AZURITE_PORT = 20000 + (Get-Random -Maximum 20000)
            $out = & bash $azurite start 2>&1 | ForEach-Object ToString
            $whyNoAzure = if ($LASTEXITCODE -ne 0) { "Azurite did not start: $($out | Select-Object -Last 3)" }
        }
        $blobs = "http://127.0.0.1:$env:AZURITE_PORT/$account"
        function Skip-WithoutAzure {
            if (-not $whyNoAzure) { return }
            if ($env:CI) { throw $whyNoAzure }
            Set-ItResult -Skipped -Because $whyNoAzure
        }
        function ConvertTo-Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }
        $connectionString = "DefaultEndpointsProtocol=http;AccountName=$account;AccountKey=$accountKey;BlobEndpoint=$blobs;"
        # A container is made by a plain signed request: the module itself never creates one.
        function New-Container([string] $Name) {
            $stamp = [datetime]::UtcNow.ToString('R')
            $toSign = "PUT`n`n`n`n`n`n`n`n`n`n`n`nx-ms-date:$stamp`nx-ms-version:2024-11-04`n/$account/$account/$Name`nrestype:container"
            $mac = [System.Security.Cryptography.HMACSHA256]::HashData([convert]::FromBase64String($accountKey), [byte[]][System.Text.Encoding]::UTF8.GetBytes($toSign))
            $headers = @{ 'x-ms-date' = $stamp; 'x-ms-version' = '2024-11-04'; Authorization = "SharedKey ${account}:$([convert]::ToBase64String($mac))" }
            Invoke-WebRequest "$blobs/${Name}?restype=container" -Method Put -Headers $headers -SkipHeaderValidation -ContentType '' | Out-Null
        }
        if (-not $whyNoAzure) { New-Container users }
    }

    AfterAll {
        Disconnect-ShardStore
        if ($env:AZURITE_PORT) { & bash $azurite clean *> $null; $env:AZURITE_PORT = $null }
    }

    It 'builds, reads, rolls back and checks health' {
        Skip-WithoutAzure
        $connection = Connect-ShardStore az://users/story -ConnectionString (ConvertTo-Secret $connectionString)
        $connection.Prefix | Should -Be az://users/story
        $connection.Description | Should -BeLike "*$blobs*the given connection string*"
        Test-ShardStore -Quiet | Should -BeTrue
        (New-Row (1..200) first | Write-ShardedSnapshot -KeyProperty id -ShardCount 4 -RunId first).Published | Should -BeTrue
        (New-Row (1..300) second | Write-ShardedSnapshot -KeyProperty id -ShardCount 4 -RunId second).From | Should -Be first
        (Get-ShardValue 250).Value.tag | Should -Be second
        (Get-ManifestHistory | Select-Object -Skip 1 -First 1 | Set-CurrentManifest -Confirm:$false -PassThru).To | Should -Be first
        (Get-ShardValue 250).Found | Should -BeFalse
        @(1..200 | Get-ShardValue | Where-Object { $_.Found -and $_.Value.tag -eq 'first' }).Count | Should -Be 200
        (Test-ReaderHealth -Deep).Status | Should -Be Healthy
        (Compare-ShardedSnapshot -ReferenceRunId second).Count | Should -BeGreaterThan 0
    }

    It 'takes a credential, a context of Az.Storage, and refuses what is none' {
        Skip-WithoutAzure
        $credential = [pscredential]::new($account, (ConvertTo-Secret $accountKey))
        (Get-ShardValue 1 az://users/story -EndpointUrl $blobs -Credential $credential).Found | Should -BeTrue
        $context = [pscustomobject]@{ StorageAccountName = $account; BlobEndPoint = "$blobs/"; ConnectionString = $connectionString }
        (Connect-ShardStore az://users/story -StorageContext $context).Description | Should -BeLike '*connection string*'
        (Get-ShardValue 1).Found | Should -BeTrue
        $signedIn = [pscustomobject]@{ StorageAccountName = 'contosodata'; BlobEndPoint = 'https://contosodata.blob.core.windows.net/'; ConnectionString = '' }
        (Connect-ShardStore az://users/story -StorageContext $signedIn -SkipCheck).Description | Should -BeLike 'endpoint https://contosodata.blob*Entra ID'
        Assert-Failure { Connect-ShardStore az://users/story -StorageContext ([pscustomobject]@{ Name = 'x' }) } ConfigValidation InvalidArgument
        Assert-Failure { Connect-ShardStore az://users/story -AccountName contosodata -AccountKey (ConvertTo-Secret 'no key!') } ConfigValidation InvalidArgument
    }

    It 'lets the runbook do its work, and refuse a drop of rows' {
        Skip-WithoutAzure
        $script = Join-Path $PSScriptRoot '..' '..' 'examples' 'azure-automation' 'Update-DailySnapshot.ps1' | Convert-Path
        $rows = Join-Path $TestDrive rows.csv
        foreach ($count in 500, 100) {
            @('id,name') + @(1..$count | ForEach-Object { "$_,name $_" }) | Set-Content $rows
            $command = "`$env:AZURE_STORAGE_CONNECTION_STRING = '$connectionString'; & '$script' -Prefix az://users/runbook -Path '$rows' -KeyProperty id -ModulePath '$ModulePath'"
            $lines = (Invoke-FreshPwsh $command) -join "`n"
            if ($count -ge 500) { $lines | Should -BeLike "*published * with $count rows*healthy*" } else { $lines | Should -BeLike '*rows*' }
        }
        Connect-ShardStore az://users/runbook -ConnectionString (ConvertTo-Secret $connectionString) | Out-Null
        (Get-ShardedSnapshot).RowCount | Should -Be 500
    }

    It 'works beside another copy of the SDK, as Az.Storage brings one, whichever comes first' {
        Skip-WithoutAzure
        $other = (New-Item -ItemType Directory (Join-Path $TestDrive sdk)).FullName
        $lib = Join-Path $ModulePath lib $(if ([Environment]::Version.Major -ge 10) { 'net10.0' } else { 'net8.0' })
        Copy-Item (Join-Path $lib Azure.*.dll), (Join-Path $lib System.*.dll), (Join-Path $lib Microsoft.*.dll) $other
        $theirs = "Get-ChildItem '$other' -Filter Azure.*.dll | ForEach-Object { [void][System.Reflection.Assembly]::LoadFrom(`$_.FullName) }; [Azure.Storage.Blobs.BlobClientOptions].Assembly.Location"
        $ours = "Import-Module '$ModulePath'; `$env:AZURE_STORAGE_CONNECTION_STRING = '$connectionString'; (Get-ShardValue 1 az://users/story).Found"
        (Invoke-FreshPwsh "$theirs; $ours") | Should -Be (Join-Path $other Azure.Storage.Blobs.dll), 'True'
        (Invoke-FreshPwsh "$ours; $theirs") | Should -Be 'True', (Join-Path $other Azure.Storage.Blobs.dll)
    }

    It 'shows no secret, whatever is wrong with it' {
        Skip-WithoutAzure
        $canary = 'Q2FuYXJ5Q2FuYXJ5'
        $blocks = @(
            { Connect-ShardStore az://users/story -AccountName contosodata -AccountKey (ConvertTo-Secret "$canary!") }
            { Connect-ShardStore az://users/story -ConnectionString (ConvertTo-Secret "AccountName=$account;AccountKey=$canary;BlobEndpoint=$blobs") }
            { Connect-ShardStore az://users/story -EndpointUrl $blobs -SasToken (ConvertTo-Secret "sv=2025-01-05&ss=b&sig=$canary") }
            { Connect-ShardStore az://users/story -SasToken (ConvertTo-Secret $canary) -AccountName contosodata }
            { Get-ShardValue 1 az://users/story -EndpointUrl $blobs -Credential ([pscredential]::new($account, (ConvertTo-Secret $canary))) }
            { Get-ShardValue 1 "https://contosodata.blob.core.windows.net/users/story?sv=1&sig=$canary" }
        )
        foreach ($block in $blocks) {
            $DebugPreference = 'Continue'
            $all = try { & $block *>&1 } catch { $_ }
            $DebugPreference = 'SilentlyContinue'
            $shown = foreach ($one in $all) {
                if ($one -is [System.Management.Automation.ErrorRecord]) { "$($one.TargetObject) $($one.CategoryInfo) $($one.Exception) $($one.ErrorDetails.Message)" } else { $one | Out-String -Width 4000 }
            }
            $shown | Should -Not -BeNullOrEmpty -Because $block.ToString()
            $shown -join "`n" | Should -Not -BeLike "*$canary*" -Because $block.ToString()
        }
    }

    It 'loads nothing of Azure for another store' {
        $folder = Join-Path $TestDrive other
        $names = Invoke-FreshPwsh "Import-Module '$ModulePath'; Test-ReaderHealth '$folder' | Out-Null; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match '^Azure|^Microsoft.Identity'"
        $names | Should -BeNullOrEmpty
    }
}

Describe 'The cloud checklist' {
    BeforeAll {
        $script = Join-Path $PSScriptRoot '..' '..' 'examples' 'CloudChecklist.ps1' | Convert-Path
        function Invoke-Checklist([string] $Arguments) {
            Invoke-FreshPwsh "`$env:AWS_ACCESS_KEY_ID = '$access'; `$env:AWS_SECRET_ACCESS_KEY = '$secret'; & '$script' -ModulePath `$ModulePath $Arguments; exit `$LASTEXITCODE"
        }
    }

    It 'passes on S3, and skips nothing' {
        Skip-WithoutGateway
        $lines = Invoke-Checklist "-Prefix s3://$bucket/acceptance -EndpointUrl $endpoint -ShardCount 8, 16 -RowCount 500"
        $LASTEXITCODE | Should -Be 0 -Because ($lines -join "`n")
        $lines | Where-Object { $_ -like 'fail*' -or $_ -like 'skip*' } | Should -BeNullOrEmpty
        @($lines | Where-Object { $_ -like 'pass*' }).Count | Should -Be 15
    }

    It 'passes on a disk, and leaves nothing' {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive acceptance)).FullName
        $lines = Invoke-Checklist "-Prefix '$folder' -ShardCount 8 -RowCount 500"
        $LASTEXITCODE | Should -Be 0 -Because ($lines -join "`n")
        $lines[-1] | Should -Be 'all checks passed'
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'fails where there is no bucket, check by check' {
        Skip-WithoutGateway
        $lines = Invoke-Checklist "-Prefix s3://no-such-$bucket/acceptance -EndpointUrl $endpoint -ShardCount 8 -RowCount 10"
        $LASTEXITCODE | Should -Be 1
        @($lines | Where-Object { $_ -like 'fail*' }).Count | Should -BeGreaterThan 5
        $lines | Where-Object { $_ -like 'pass*' } | Should -BeNullOrEmpty
    }
}

Describe 'The quickstart on disk' {
    It 'runs to its end' {
        $script = Join-Path $PSScriptRoot '..' '..' 'examples' 'Quickstart.ps1' | Convert-Path
        (Invoke-FreshPwsh "& '$script' -ModulePath `$ModulePath 6>&1") -join "`n" | Should -BeLike '*== Done*'
    }
}
