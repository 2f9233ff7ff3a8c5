#!/usr/bin/env pwsh
<#
.SYNOPSIS
Tells a Teams or Slack channel that a snapshot is live.
.DESCRIPTION
For -OnPublished of Write-ShardedSnapshot and Publish-ShardedSnapshot. The address is a secret: keep it in a vault or a variable of the job, not in a script.
.EXAMPLE
Write-ShardedSnapshot ./snap -Path users.csv -KeyProperty id -ShardCount 8 -OnPublished { ./Send-PublishNotice.ps1 -Published $_ -Url $env:WEBHOOK_URL -Form Slack }
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [object] $Published,
    [Parameter(Mandatory)] [uri] $Url,
    [ValidateSet('Teams', 'Slack')] [string] $Form = 'Teams'
)
$ErrorActionPreference = 'Stop'
$rows = $Published.PSObject.Properties['RowCount']
$text = "Snapshot $($Published.RunId) is live at $($Published.Prefix): $($rows.Value.ToString('N0', [cultureinfo]::InvariantCulture)) rows."
$body = if ($Form -eq 'Slack') { @{ text = $text } }
else {
    $card = @{ '$schema' = 'http://adaptivecards.io/schemas/adaptive-card.json'; type = 'AdaptiveCard'; version = '1.4'; body = @(@{ type = 'TextBlock'; text = $text; wrap = $true }) }
    @{ type = 'message'; attachments = @(@{ contentType = 'application/vnd.microsoft.card.adaptive'; content = $card }) }
}
$json = ConvertTo-Json $body -Depth 8 -Compress
# A channel that does not answer must not hold up the job.
Invoke-RestMethod -Uri $Url -Method Post -ContentType 'application/json; charset=utf-8' -Body $json -TimeoutSec 10 -MaximumRetryCount 1 -RetryIntervalSec 1 | Out-Null
