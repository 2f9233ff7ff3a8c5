// An Automation account whose own identity may read and write the snapshots of one container, and a schedule for the runbook beside this file.
// Deploy:  az deployment group create -g <group> -f main.bicep -p moduleUri=<address of ShardyFusion's package> runbookUri=<address of the runbook>
// PowerShell 7.4 and newer run the module.

@description('Name of the storage account; 3 to 24 lower-case letters and digits.')
@minLength(3)
@maxLength(24)
param storageName string = 'snap${uniqueString(resourceGroup().id)}'

@description('Container of the snapshots.')
param containerName string = 'users'

param automationName string = 'snapshots'
param location string = resourceGroup().location

@description('Where the package of the module lies (.zip), reachable by the account.')
param moduleUri string

@description('Where Update-DailySnapshot.ps1 lies.')
param runbookUri string

@description('PowerShell of the runtime.')
param runtimeVersion string = '7.4'

@description('First run, at least five minutes from now.')
param firstRun string = dateTimeAdd(utcNow('u'), 'PT1H')

// Storage Blob Data Contributor.
var contributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: storageName
  location: location
  sku: { name: 'Standard_ZRS' }
  kind: 'StorageV2'
  properties: {
    // Identities only: keys and signatures made with them are refused.
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource container 'containers' = {
      name: containerName
    }
  }
}

resource automation 'Microsoft.Automation/automationAccounts@2023-11-01' = {
  name: automationName
  location: location
  identity: { type: 'SystemAssigned' }
  properties: { sku: { name: 'Basic' } }
}

// On the container alone, and for this identity alone.
resource mayWrite 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::container.id, automation.id, contributor)
  scope: storage::blobs::container
  properties: {
    roleDefinitionId: contributor
    principalId: automation.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource runtime 'Microsoft.Automation/automationAccounts/runtimeEnvironments@2024-10-23' = {
  parent: automation
  name: 'shardyfusion'
  location: location
  properties: {
    runtime: {
      language: 'PowerShell'
      version: runtimeVersion
    }
    defaultPackages: {}
  }
}

resource module 'Microsoft.Automation/automationAccounts/runtimeEnvironments/packages@2024-10-23' = {
  parent: runtime
  name: 'ShardyFusion'
  properties: {
    contentLink: { uri: moduleUri }
  }
}

resource runbook 'Microsoft.Automation/automationAccounts/runbooks@2024-10-23' = {
  parent: automation
  name: 'Update-DailySnapshot'
  location: location
  properties: {
    runbookType: 'PowerShell'
    runtimeEnvironment: runtime.name
    logProgress: false
    logVerbose: false
    publishContentLink: { uri: runbookUri }
  }
}

resource daily 'Microsoft.Automation/automationAccounts/schedules@2023-11-01' = {
  parent: automation
  name: 'daily'
  properties: {
    frequency: 'Day'
    interval: 1
    startTime: firstRun
    timeZone: 'Etc/UTC'
  }
}

output prefix string = 'https://${storage.name}.blob.${environment().suffixes.storage}/${containerName}/daily'
