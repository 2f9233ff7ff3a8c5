BeforeAll {
    . $PSScriptRoot/ModuleUnderTest.ps1
    $scheduled = Join-Path $PSScriptRoot '..' '..' 'examples' 'scheduled' | Convert-Path
    $rows = 1..20 | ForEach-Object { [pscustomobject]@{ id = $_; name = "n$_" } }
    $source = Join-Path $TestDrive users.csv
    $rows | Export-Csv $source
    # What a job prints, and how it ends.
    function Invoke-Job([string[]] $Words) {
        $said = Invoke-Pwsh @Words 2>&1 | ForEach-Object ToString
        [pscustomobject]@{ Code = $LASTEXITCODE; Said = $said -join "`n" }
    }
    # A command line of a file, on this machine.
    function Get-LocalWord([string] $Line, [string] $Prefix) {
        $here = $Line.Replace('/opt/shardyfusion', $scheduled).Replace('s3://bucket/users', $Prefix).Replace('/data/users.csv.gz', $source)
        [regex]::Matches($here, "'([^']*)'|`"([^`"]*)`"|(\S+)").ForEach{ $_.Groups[1].Value + $_.Groups[2].Value + $_.Groups[3].Value } + @('-ModulePath', $ModulePath)
    }
}

Describe 'NightlyBuild.ps1' {
    It 'builds, cleans up, writes a transcript and metrics, and ends with 0' {
        $prefix = Join-Path $TestDrive nightly
        $metrics = Join-Path $TestDrive users.prom
        $job = Invoke-Job '-NoProfile', '-NonInteractive', '-File', "$scheduled/NightlyBuild.ps1", '-Prefix', $prefix, '-Source', $source, '-ModulePath', $ModulePath, '-LogFolder', $TestDrive, '-MetricPath', $metrics
        $job.Code | Should -Be 0 -Because $job.Said
        (Get-ManifestHistory $prefix).RowCount | Should -Be 20
        Get-Content (Get-Item "$TestDrive/nightly-*.log") -Raw | Should -BeLike '*20 rows*'
        Get-Content $metrics -Raw | Should -BeLike '*shardyfusion_*'
    }

    It 'ends with 1 when a check refuses, and with 3 beside another build; nothing is published' {
        $prefix = New-Snapshot refused
        $words = '-NoProfile', '-NonInteractive', '-File', "$scheduled/NightlyBuild.ps1", '-Prefix', $prefix, '-Source', $source, '-ModulePath', $ModulePath
        $job = Invoke-Job $words
        $job.Code | Should -Be 1 -Because $job.Said
        $job.Said | Should -BeLike '*GuardFailed*'
        Get-CurrentRun $prefix | Should -Be run-1
        $live = & { $rows } | ForEach-Object -Begin { $script:nested = $null } -Process {
            $_
            if (-not $script:nested) { $script:nested = Invoke-Job $words }
        } | Write-ShardedSnapshot $prefix -KeyProperty id -ShardCount 2 -NoPublish
        $live.RowCount | Should -Be 20
        $script:nested.Code | Should -Be 3 -Because $script:nested.Said
    }
}

Describe 'Send-PublishNotice.ps1' {
    It 'posts the form of <_>' -ForEach 'Teams', 'Slack' {
        $port = & { $probe = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0); $probe.Start(); $probe.LocalEndpoint.Port; $probe.Stop() }
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $got = Start-ThreadJob {
            $context = ($using:listener).GetContext()
            [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd()
            $context.Response.Close()
        }
        $form = $_
        try {
            $rows | Write-ShardedSnapshot (Join-Path $TestDrive "notice-$form") -KeyProperty id -ShardCount 2 -RunId told -WarningVariable warned -OnPublished {
                & "$scheduled/Send-PublishNotice.ps1" -Published $_ -Url "http://127.0.0.1:$port/hook" -Form $form
            } | Out-Null
            $warned | Should -BeNullOrEmpty
            $body = $got | Receive-Job -Wait | ConvertFrom-Json
        }
        finally { $listener.Stop(); Remove-Job $got -Force }
        $text = $form -eq 'Slack' ? $body.text : $body.attachments[0].content.body[0].text
        $text | Should -BeLike 'Snapshot told is live at *: 20 rows.'
        if ($form -eq 'Teams') { $body.attachments[0].contentType | Should -Be 'application/vnd.microsoft.card.adaptive' }
    }
}

Describe 'What starts it' {
    It 'the line of the Task Scheduler' {
        $prefix = Join-Path $TestDrive task
        $line = & "$scheduled/Register-NightlyTask.ps1" -Arguments "-Prefix s3://bucket/users -Source /data/users.csv.gz" -PassThru
        $job = Invoke-Job (Get-LocalWord $line $prefix)
        $job.Code | Should -Be 0 -Because $job.Said
        if (-not $IsWindows) { return }
        Get-Command New-ScheduledTaskAction, New-ScheduledTaskTrigger, New-ScheduledTaskPrincipal, New-ScheduledTaskSettingsSet, Register-ScheduledTask | Should -HaveCount 5
    }

    It 'the line of cron, with its lock' {
        if (-not (Get-Command flock -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'there is no flock' ; return }
        $line = (Get-Content "$scheduled/crontab" | Where-Object { $_ -like '0 2*' }) -replace '^(\S+\s+){5}'
        $prefix = Join-Path $TestDrive cron
        $self = Join-Path $TestDrive self.sh
        $pwsh = (Get-Process -Id $PID).Path
        Set-Content $self "#!/bin/sh`nexec $(if ($pwsh -like '*dotnet') { "$pwsh $(Join-Path $PSHOME pwsh.dll)" } else { $pwsh }) `"`$@`""
        chmod +x $self
        $here = $line.Replace('/tmp/', "$TestDrive/").Replace('pwsh -NoProfile', "$self -NoProfile").Replace('/opt/shardyfusion', $scheduled)
        $here = $here.Replace('s3://bucket/users', $prefix).Replace('/data/users.csv.gz', "$source -ModulePath $ModulePath")
        $said = sh -c $here
        Test-Path $prefix | Should -BeTrue -Because ($said -join "`n")
        (Get-ManifestHistory $prefix).RowCount | Should -Be 20
        # What holds the lock keeps the next one out, with a word in the mail's log.
        $said = sh -c "flock $TestDrive/shardyfusion-users.lock -c '$($here.Replace("'", "'\''"))'"
        (Get-ManifestHistory $prefix) | Should -HaveCount 1
    }

    It 'the unit of systemd' {
        $unit = Get-Content "$scheduled/shardyfusion-nightly.service"
        $line = ($unit | Where-Object { $_ -like 'ExecStart=*' }) -replace '^ExecStart=/usr/bin/pwsh '
        $job = Invoke-Job (Get-LocalWord $line (Join-Path $TestDrive unit))
        $job.Code | Should -Be 0 -Because $job.Said
        if (Get-Command systemd-analyze -ErrorAction Ignore) {
            Copy-Item "$scheduled/shardyfusion-nightly.*" $TestDrive
            (Get-Content "$TestDrive/shardyfusion-nightly.service") -replace '^ExecStart=\S+', "ExecStart=/bin/sh" | Set-Content "$TestDrive/shardyfusion-nightly.service"
            systemd-analyze verify "$TestDrive/shardyfusion-nightly.service" "$TestDrive/shardyfusion-nightly.timer" 2>&1 |
                Where-Object { $_ -like '*shardyfusion-nightly*' } | Should -BeNullOrEmpty
        }
    }

    It 'the command of Systems Manager' {
        $line = (Get-Content "$scheduled/aws-ssm-document.yml" | Where-Object { $_ -like '    - pwsh *' }) -replace '^    - pwsh '
        $line = $line.Replace('{{ Prefix }}', 's3://bucket/users').Replace('{{ Source }}', '/data/users.csv.gz')
        $job = Invoke-Job (Get-LocalWord $line (Join-Path $TestDrive ssm))
        $job.Code | Should -Be 0 -Because $job.Said
    }

    It 'the runbook of Azure Automation, which fails its job by throwing' {
        $prefix = Join-Path $TestDrive runbook
        & "$scheduled/AzureRunbook.ps1" -Prefix $prefix -Source $source -ModulePath $ModulePath | Should -BeLike '*20 rows*'
        { & "$scheduled/AzureRunbook.ps1" -Prefix $prefix -Source (Join-Path $TestDrive nothing.csv) -ModulePath $ModulePath } | Should -Throw
    }

    It 'the function of Lambda, which throws when a prefix is not healthy' {
        $prefix = New-Snapshot lambda
        $modules, $env:PSModulePath = $env:PSModulePath, "$(Split-Path $ModulePath)$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        try {
            $env:PREFIXES = $prefix
            & "$scheduled/AwsLambda.ps1" 6> $null
            $env:PREFIXES = "$prefix,$(Join-Path $TestDrive nowhere)"
            { & "$scheduled/AwsLambda.ps1" 6> $null } | Should -Throw '*1 of 2 prefixes*'
        }
        finally { $env:PREFIXES, $env:PSModulePath = $null, $modules }
    }
}
